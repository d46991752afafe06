import type { Clock } from '../clock.ts'
import { asDrydockError, DrydockError } from '../errors.ts'
import type { ErrorCode } from '../protocol/error-table.ts'
import type { SessionEvent } from './state.ts'
import type { Workplace, Workplaces } from './workplace.ts'

export interface LearnerHostOptions {
  session: string
  workplaces: Workplaces
  clock: Clock
  step(event: SessionEvent): void
  /** Brings the files in; what waits for the workplace waits for this too. */
  furnish(workplace: Workplace): Promise<void>
  /** Whatever belonged to it is gone. */
  gone(): void
}

/** The learner's workplace: opened when something first needs it, kept, replaced when it died. */
export class LearnerHost {
  readonly #options: LearnerHostOptions
  #opening: Promise<Workplace> | undefined
  #abort = new AbortController()
  #end: DrydockError | undefined

  constructor(options: LearnerHostOptions) {
    this.#options = options
  }

  /** The workplace that is there, opening it where there was none. After it died: the error with which it did. */
  async need(signal?: AbortSignal): Promise<Workplace> {
    if (this.#end) throw this.#end
    this.#opening ??= this.#open(this.#abort.signal)
    // Who stops waiting does not stop the opening: others may wait too.
    const stopped = Promise.withResolvers<never>()
    signal?.addEventListener('abort', () => stopped.reject(signal.reason), { once: true })
    return await Promise.race([this.#opening, stopped.promise])
  }

  /** Another one, in place of what is there or was. */
  async renew(): Promise<void> {
    await this.release()
    await this.need()
  }

  /** Gives back what is there. The next need opens another. */
  async release(): Promise<void> {
    const opening = this.#opening
    this.#opening = undefined
    this.#end = undefined
    this.#abort.abort(new DrydockError('DD_STOPPING'))
    this.#abort = new AbortController()
    if (opening) this.#options.gone()
    this.#options.step({ type: 'host.released' })
    const workplace = await opening?.catch(() => undefined)
    await workplace?.[Symbol.asyncDispose]()
  }

  async #open(signal: AbortSignal): Promise<Workplace> {
    const { workplaces, session, step } = this.#options
    step({ type: 'host.starting' })
    try {
      const queued = (position: number) => {
        if (!signal.aborted)
          step(position > 0 ? { type: 'host.queued', position } : { type: 'host.starting' })
      }
      const workplace = await workplaces.open({ session, signal, queued })
      try {
        signal.throwIfAborted()
        void workplace.ended.then((end) => {
          if (end && !signal.aborted) this.#died(new DrydockError(end.code, end.vars), workplace)
        })
        await this.#options.furnish(workplace)
        signal.throwIfAborted()
        if (this.#end) throw this.#end
      } catch (error) {
        await workplace[Symbol.asyncDispose]()
        throw error
      }
      step({ type: 'host.up' })
      return workplace
    } catch (thrown) {
      if (signal.aborted) throw signal.reason
      const error = asDrydockError(thrown)
      if (!this.#end) this.#died(error)
      throw error
    }
  }

  #died(error: DrydockError, workplace?: Workplace): void {
    this.#end = error
    this.#opening = undefined
    this.#options.gone()
    this.#options.step({ type: 'host.ended', code: error.code satisfies ErrorCode, vars: error.vars })
    void this.#discard(workplace)
  }

  /** What is dead may also fail to be put away; the launcher sweeps it up. */
  async #discard(workplace: Workplace | undefined): Promise<void> {
    try {
      await workplace?.[Symbol.asyncDispose]()
    } catch {}
  }
}
