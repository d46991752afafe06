import { grade } from '../check/grade.ts'
import { PROBE_IMAGE } from '../check/probe.ts'
import type { Clock } from '../clock.ts'
import type { Engine } from '../engine/port.ts'
import { DrydockError } from '../errors.ts'
import type { Pty } from '../terminal/pty.ts'
import { ensureProbe, underOwnName } from './given-engine.ts'
import type { Grade } from './grading.ts'
import type { TerminalOptions, Workplace, Workplaces } from './workplace.ts'

const ANY_SHELL = 'if command -v bash >/dev/null; then exec bash; else exec sh; fi'

/** One engine that the operator gave, for one learner whom they trust: there is no host of the learner's own. */
export class GivenWorkplaces implements Workplaces {
  readonly kind = 'given'
  readonly #engine: Engine
  readonly #clock: Clock

  constructor(engine: Engine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
  }

  async open({ session }: { session: string }): Promise<Workplace> {
    await this.#engine.version() // DD_ENGINE_GONE at once, and not in the middle of a build
    return new GivenWorkplace(this.#engine, `drydock-${session}`, this.#clock.random(16))
  }
}

class GivenWorkplace implements Workplace {
  readonly engine: Engine
  readonly shared = true
  readonly image: string
  readonly container: string
  readonly canary: string
  readonly #ended = Promise.withResolvers<undefined>()
  readonly ended = this.#ended.promise

  constructor(engine: Engine, name: string, canary: string) {
    this.engine = underOwnName(engine, name)
    this.image = name
    this.container = name
    this.canary = canary
  }

  /** There is no host to have a shell on: it is the running container's. DD_NO_CONTAINER. */
  openShell(options: TerminalOptions): Promise<Pty> {
    return this.openContainerShell(this.container, options)
  }

  async openContainerShell(container: string, { name, cols, rows }: TerminalOptions): Promise<Pty> {
    const facts = await this.engine.inspect({ id: container }).catch(() => undefined)
    if (!facts?.running) throw new DrydockError('DD_NO_CONTAINER')
    const env = [`DRYDOCK_TERMINAL=${name}`]
    const pty = await this.engine.openTerminal({ id: container }, ['sh', '-c', ANY_SHELL], {
      env,
      cols,
      rows,
    })
    const close = async () => {
      await pty.close()
      // An exec runs on when its connection is closed: everything that carries the terminal's mark is ended by hand.
      const argv = ['sh', '-c', END_MARKED, 'sh', env[0]!]
      await this.engine.exec({ id: container }, argv, { user: '0' }).catch(() => {})
    }
    return { ...pty, close }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.resolve(undefined)
    await this.engine.remove({ id: this.container })
  }
}

const END_MARKED = `for p in /proc/[0-9]*; do
  tr "\\0" "\\n" < "$p/environ" 2>/dev/null | grep -qxF "$1" && kill -9 "$(basename "$p")"
done; true`

/** On the same engine, under a name of each grading's own; without registry.lab. */
export function gradeOnGiven(engine: Engine, clock: Clock): Grade {
  return async ({ lesson, files, language, signal, onEvent }) => {
    await ensureProbe(engine, PROBE_IMAGE, signal)
    const host = { engine: underOwnName(engine, `drydock-check-${clock.random(4)}`) }
    return await grade({
      lesson: lesson.loaded,
      files,
      starter: lesson.starter,
      host,
      language,
      clock,
      signal,
      onEvent,
    })
  }
}
