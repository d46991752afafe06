import { type Signal, signal } from '@preact/signals'
import type { Frame } from '../../../backend/protocol/frames.ts'
import type { TerminalKind } from '../../../backend/protocol/messages.ts'
import { type Opened, type TerminalLine, TerminalSession } from './session.ts'

export interface KeptTerminal {
  kind: TerminalKind
  index: number
  name: string
}

/** Where the names of this tab's terminals outlive a reload. */
export interface KeptTerminals {
  read(): KeptTerminal[]
  write(kept: KeptTerminal[]): void
}

/** All terminals of this tab. There is always a shell. */
export class Terminals {
  readonly sessions: Signal<TerminalSession[]>
  #line: TerminalLine
  #kept: KeptTerminals
  #hostReady = false

  constructor(line: Omit<TerminalLine, 'onName'>, kept: KeptTerminals) {
    this.#kept = kept
    this.#line = { ...line, onName: () => this.#remember() }
    const before = kept
      .read()
      .map(({ kind, index, name }) => new TerminalSession(kind, index, name, this.#line))
    this.sessions = signal(
      before.some((one) => one.kind === 'shell') ? before : [this.#make('shell', before), ...before],
    )
  }

  add(kind: TerminalKind): TerminalSession {
    const added = this.#make(kind, this.sessions.peek())
    this.sessions.value = [...this.sessions.peek(), added]
    return added
  }

  async close(session: TerminalSession): Promise<void> {
    this.sessions.value = this.sessions.peek().filter((one) => one !== session)
    this.#remember()
    if (session.number !== undefined)
      await this.#line.request({ type: 'terminal.close', terminal: session.number }).catch(() => undefined)
  }

  /** A session's screen is there: it opens as soon as there is a Docker host. */
  shown(session: TerminalSession): void {
    if (this.#hostReady && session.state.peek() !== 'ended') session.open()
  }

  /** After a welcome: what lives on the server. A container's shell that is gone needs no tab; a shell gets a successor. */
  welcomed(alive: readonly { name: string }[]): void {
    const names = new Set(alive.map((one) => one.name))
    const gone = this.sessions
      .peek()
      .filter((one) => one.kind === 'container' && one.name && !names.has(one.name))
    if (gone.length > 0) this.sessions.value = this.sessions.peek().filter((one) => !gone.includes(one))
  }

  /** The Docker host came or went. */
  host(ready: boolean, ended: boolean): void {
    this.#hostReady = ready
    if (ended) for (const one of this.sessions.peek()) one.hostEnded()
    if (ready) for (const one of this.sessions.peek()) if (one.state.peek() !== 'ended') one.open()
  }

  disconnected(): void {
    this.#hostReady = false
    for (const one of this.sessions.peek()) one.disconnected()
  }

  opened(message: Opened): void {
    const opening = this.sessions
      .peek()
      .filter((one) => one.state.peek() === 'opening' && one.kind === message.kind)
    const session = opening.find((one) => one.wanted === message.name) ?? opening[0]
    session?.opened(message)
  }

  frame(frame: Frame): void {
    this.#numbered(frame.terminal)?.output(frame)
  }

  exited(terminal: number): void {
    this.#numbered(terminal)?.exited()
  }

  #numbered(terminal: number): TerminalSession | undefined {
    return this.sessions.peek().find((one) => one.number === terminal)
  }

  #make(kind: TerminalKind, others: readonly TerminalSession[]): TerminalSession {
    const taken = new Set(others.filter((one) => one.kind === kind).map((one) => one.index))
    let index = 1
    while (taken.has(index)) index++
    return new TerminalSession(kind, index, undefined, this.#line)
  }

  #remember(): void {
    this.#kept.write(
      this.sessions
        .peek()
        .flatMap(({ kind, index, name }) => (name === undefined ? [] : [{ kind, index, name }])),
    )
  }
}
