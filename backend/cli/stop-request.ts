import type { Clock } from '../clock.ts'

/** One press of Ctrl-C arrives up to three times: from the terminal, from npm, and from the process that npm started. */
const SAME_PRESS_MS = 700

/**
 * The operator's wish to stop: the first Ctrl-C, SIGTERM, SIGHUP, or the end of the process that started this one. A later one asks
 * for it at once.
 */
export class StopRequest implements Disposable {
  readonly #asked = new AbortController()
  readonly #harder = new AbortController()
  readonly #clock: Clock
  readonly #onAsked: (harder: boolean) => void
  readonly #source: NodeJS.EventEmitter
  #firstAt = 0

  constructor(
    clock: Clock,
    onAsked: (harder: boolean) => void = () => {},
    source: NodeJS.EventEmitter = process,
  ) {
    this.#clock = clock
    this.#onAsked = onAsked
    this.#source = source
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) source.on(name, this.#ask)
  }

  /** Aborts at the first request. */
  get signal(): AbortSignal {
    return this.#asked.signal
  }

  /** Aborts at the second. */
  get harder(): AbortSignal {
    return this.#harder.signal
  }

  /** Resolves at the first request. */
  asked(): Promise<void> {
    if (this.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => this.signal.addEventListener('abort', () => resolve(), { once: true }))
  }

  [Symbol.dispose](): void {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) this.#source.off(name, this.#ask)
  }

  readonly #ask = () => {
    if (!this.signal.aborted) {
      this.#firstAt = this.#clock.now()
      this.#onAsked(false)
      this.#asked.abort()
    } else if (!this.harder.aborted && this.#clock.now() - this.#firstAt >= SAME_PRESS_MS) {
      this.#onAsked(true)
      this.#harder.abort()
    }
  }
}
