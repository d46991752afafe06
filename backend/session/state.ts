import { DrydockError } from '../errors.ts'
import type { TextVars } from '../protocol/language.ts'
import type { Phase } from '../protocol/messages.ts'

/** What a session is doing. The phase that the page shows follows from it (`phaseOf`). */
export interface SessionState {
  /** The learner's Docker host. `absent`: not needed yet, or given back while nobody was there. */
  host: 'absent' | 'waiting' | 'starting' | 'up' | 'ended'
  activity: 'building' | 'checking' | undefined
  /** The container of Build & Run. */
  running: boolean
  /** Place in the queue, from 1, while waiting. */
  position?: number
  /** Why the host ended. */
  end?: { code: string; vars: TextVars }
}

export type SessionEvent =
  | { type: 'host.queued'; position: number }
  | { type: 'host.starting' }
  | { type: 'host.up' }
  | { type: 'host.ended'; code: string; vars: TextVars }
  | { type: 'host.released' }
  | { type: 'activity.began'; activity: 'building' | 'checking' }
  | { type: 'activity.done' }
  | { type: 'container.started' }
  | { type: 'container.ended' }

export const START: SessionState = { host: 'absent', activity: undefined, running: false }

export function nextState(state: SessionState, event: SessionEvent): SessionState {
  const { activity } = state
  switch (event.type) {
    case 'host.queued':
      return { host: 'waiting', activity, running: false, position: event.position }
    case 'host.starting':
      return { host: 'starting', activity, running: false }
    case 'host.up':
      return { host: 'up', activity, running: false }
    case 'host.ended':
      return { host: 'ended', activity, running: false, end: { code: event.code, vars: event.vars } }
    case 'host.released':
      return { host: 'absent', activity, running: false }
    case 'activity.began':
      return { ...state, activity: event.activity }
    case 'activity.done':
      return { ...state, activity: undefined }
    case 'container.started':
      return state.host === 'up' ? { ...state, running: true } : state
    case 'container.ended':
      return { ...state, running: false }
  }
}

/** A check has a host of its own, so it shows whatever happens to the learner's. */
export function phaseOf(state: SessionState): Phase {
  if (state.activity === 'checking') return 'checking'
  if (state.host === 'waiting' || state.host === 'starting' || state.host === 'ended') return state.host
  if (state.activity === 'building') return state.host === 'absent' ? 'starting' : 'building'
  return state.running ? 'running' : 'ready'
}

/** DD_BUSY when a build or a check runs: both would want the same files and the same processors. */
export function refuseWhileBusy(state: SessionState): void {
  if (state.activity) throw new DrydockError('DD_BUSY', { activity: state.activity })
}
