import type { Clock } from '../clock.ts'
import { DrydockError } from '../errors.ts'
import type { TerminalKind } from '../protocol/messages.ts'
import { Terminal } from '../terminal/terminal.ts'
import type { TerminalOptions, Workplace } from './workplace.ts'

const MAX_TERMINALS = 8 // a shell is 5 MB in the berth and up to 2 MB here
const NAME_BYTES = 16

/** One session's terminals. They outlive a tab, not the workplace. */
export class SessionTerminals {
  readonly #clock: Clock
  readonly #terminals = new Map<string, Terminal>()
  #opening = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  list(): { name: string; kind: TerminalKind }[] {
    return [...this.#terminals.values()].map(({ name, kind }) => ({ name, kind }))
  }

  get(name: string): Terminal | undefined {
    return this.#terminals.get(name)
  }

  /**
   * DD_TERMINAL_LIMIT, DD_NO_CONTAINER, DD_AGENT_GONE. Where there are too many, the oldest that no tab shows ends: its tab was
   * closed, and nobody could close it any more.
   */
  async open(
    workplace: Workplace,
    kind: TerminalKind,
    size: { cols: number; rows: number },
    running: string | undefined,
  ): Promise<Terminal> {
    if (this.#terminals.size + this.#opening >= MAX_TERMINALS) {
      await this.#closeAbandoned()
    }
    if (this.#terminals.size + this.#opening >= MAX_TERMINALS) {
      throw new DrydockError('DD_TERMINAL_LIMIT', { limit: MAX_TERMINALS })
    }
    this.#opening++
    try {
      const options: TerminalOptions = { name: this.#clock.random(NAME_BYTES), ...size }
      const pty =
        kind === 'shell'
          ? await workplace.openShell(options)
          : await workplace.openContainerShell(await containerFor(workplace, running), options)
      const terminal = new Terminal(pty, { ...options, kind, clock: this.#clock })
      this.#terminals.set(options.name, terminal)
      void terminal.ended.then(() => this.#terminals.delete(options.name))
      return terminal
    } finally {
      this.#opening--
    }
  }

  async #closeAbandoned(): Promise<void> {
    const abandoned = [...this.#terminals.values()].find((terminal) => !terminal.watched)
    await abandoned?.[Symbol.asyncDispose]()
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#terminals.values()].map((terminal) => terminal[Symbol.asyncDispose]()))
  }
}

/** The container of Build & Run; else one that the learner started by hand from the same image. */
async function containerFor(workplace: Workplace, running: string | undefined): Promise<string> {
  if (running !== undefined) return running
  const { image, container, engine } = workplace
  const all = await engine.listContainers({ all: false })
  const own = all.find(({ names }) => names.some((name) => name.replace(/^\//, '') === container))
  const found = own ?? all.find((one) => one.image === image || one.image === `${image}:latest`)
  if (!found) throw new DrydockError('DD_NO_CONTAINER')
  return found.id
}
