/**
 * The life of the connection to the server, as data.
 *
 *     connecting ──welcomed──► open
 *         ▲  └────closed────► waiting ◄──closed── open
 *         └─────due / retry────┘
 */
export type ConnectionState =
  | { name: 'connecting'; attempt: number }
  | { name: 'open' }
  | { name: 'waiting'; attempt: number; delayMs: number }

export type ConnectionEvent =
  | { type: 'welcomed' }
  /** `random` in 0…1 spreads the clients of a restarted server. */
  | { type: 'closed'; random: number }
  /** The waiting is over, or the learner or the browser's `online` event ended it. */
  | { type: 'retry' }

const FIRST_DELAY_MS = 300
const LONGEST_DELAY_MS = 8_000 // a learner who sees the server return should not wait for longer

export const START: ConnectionState = { name: 'connecting', attempt: 0 }

export function nextState(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  switch (event.type) {
    case 'welcomed':
      return { name: 'open' }
    case 'closed': {
      if (state.name === 'waiting') return state
      const attempt = state.name === 'open' ? 0 : state.attempt
      const full = Math.min(FIRST_DELAY_MS * 2 ** attempt, LONGEST_DELAY_MS)
      return { name: 'waiting', attempt, delayMs: Math.round(full * (0.5 + event.random / 2)) }
    }
    case 'retry':
      return state.name === 'waiting' ? { name: 'connecting', attempt: state.attempt + 1 } : state
  }
}
