import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

/** Time and randomness come in from outside, so that no test sleeps and none is left to chance. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Lower-case hex, `bytes` random bytes long. */
  random(bytes: number): string
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
  random: (bytes) => randomBytes(bytes).toString('hex'),
}
