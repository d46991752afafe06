import type { Clock } from '../clock.ts'
import { DrydockError } from '../errors.ts'

/** A signal that fires when the caller's does (with its reason) or when the time is over (with DD_ENGINE_TIMEOUT). */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
  /** The time does not matter any more; the caller's signal still does. */
  met(): void
}

/** `doing` is the request as the error will name it. `ms` Infinity: only the caller's signal. */
export function deadline(clock: Clock, ms: number, doing: string, parent?: AbortSignal): Deadline {
  const out = new AbortController()
  const timer = new AbortController()
  const onParent = () => out.abort(parent?.reason)
  if (parent?.aborted) onParent()
  else parent?.addEventListener('abort', onParent, { once: true })
  if (Number.isFinite(ms))
    clock.sleep(ms, timer.signal).then(
      () => out.abort(new DrydockError('DD_ENGINE_TIMEOUT', { seconds: Math.ceil(ms / 1000), doing })),
      () => {}, // met or disposed
    )
  return {
    signal: out.signal,
    met: () => timer.abort(),
    [Symbol.dispose]() {
      timer.abort()
      parent?.removeEventListener('abort', onParent)
    },
  }
}
