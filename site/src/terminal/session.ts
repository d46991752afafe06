import { type Signal, signal } from '@preact/signals'
import { type Frame, FrameKind } from '../../../backend/protocol/frames.ts'
import type { ServerMessage, TerminalKind } from '../../../backend/protocol/messages.ts'
import type { Ok, Request, RequestError } from '../connection/lesson-socket.ts'
import { InputQueue } from './input-queue.ts'
import { OutputFlow } from './output-flow.ts'

/** What a session needs of a screen; `Screen` of screen.ts is one. */
export interface ScreenPort {
  readonly size: { cols: number; rows: number }
  onText(listener: (text: string) => void): void
  onBytes(listener: (bytes: Uint8Array) => void): void
  onResize(listener: (cols: number, rows: number) => void): void
  write(data: string | Uint8Array, done?: () => void): void
  reset(): void
}

export interface TerminalLine {
  request(request: Request): Promise<Ok>
  sendFrame(frame: Frame): boolean
  bufferedBytes(): number
  /** Text that the terminal itself shows, in the learner's language. */
  words: { ended: string; replaced: string }
  /** The name by which the terminal can be resumed changed. */
  onName(): void
  onRefused(session: TerminalSession, error: RequestError): void
}

export type Opened = Extract<ServerMessage, { type: 'terminal.opened' }>

/**
 * idle: not asked for (its tab was never shown, or there is no Docker host); opening; open; away: the connection is lost,
 * the shell lives on; ended: its process has ended.
 */
export type TerminalState = 'idle' | 'opening' | 'open' | 'away' | 'ended'

/** One terminal of this tab: it survives reconnects and reloads by the name that the server gave it. */
export class TerminalSession {
  readonly kind: TerminalKind
  /** Counts the terminals of this kind in this tab, from 1. */
  readonly index: number
  readonly state: Signal<TerminalState> = signal('idle')
  name: string | undefined
  number: number | undefined
  #line: TerminalLine
  #screen: ScreenPort | undefined
  #flow: OutputFlow | undefined
  #input: InputQueue
  /** Typed by the page before the shell was there. */
  #early: string[] = []
  #wanted: string | undefined

  constructor(kind: TerminalKind, index: number, name: string | undefined, line: TerminalLine) {
    this.kind = kind
    this.index = index
    this.name = name
    this.#line = line
    this.#input = new InputQueue({
      send: (kind, payload) =>
        this.state.peek() === 'open' &&
        this.number !== undefined &&
        line.sendFrame({ kind, terminal: this.number, position: 0, payload }),
      bufferedBytes: () => line.bufferedBytes(),
      later: (run, ms) => setTimeout(run, ms),
    })
  }

  get key(): string {
    return `${this.kind}-${this.index}`
  }

  get attached(): boolean {
    return this.#screen !== undefined
  }

  /** The name that was asked for, while `opening`. */
  get wanted(): string | undefined {
    return this.#wanted
  }

  attach(screen: ScreenPort): void {
    this.#screen = screen
    screen.onText((text) => {
      if (this.state.peek() === 'ended' && text === '\r') this.open()
      else this.#input.text(text)
    })
    screen.onBytes((bytes) => this.#input.bytes(bytes))
    screen.onResize((cols, rows) => {
      if (this.state.peek() === 'open') this.#input.resize(cols, rows)
    })
  }

  /** Asks for the terminal: the one of its name where there is a name, else a new one. */
  open(): void {
    if (!this.#screen || this.state.peek() === 'opening' || this.state.peek() === 'open') return
    this.state.value = 'opening'
    this.#wanted = this.name
    const { cols, rows } = this.#screen.size
    const size = { cols: Math.min(Math.max(cols, 2), 1000), rows: Math.min(Math.max(rows, 1), 1000) }
    this.#line
      .request({
        type: 'terminal.open',
        kind: this.kind,
        ...size,
        ...(this.name ? { resume: this.name } : {}),
      })
      .catch((error: RequestError) => {
        if (this.state.peek() !== 'opening') return
        this.state.value = error.code === 'closed' ? 'away' : 'ended'
        if (error.code === 'closed') return
        this.name = undefined
        this.#line.onName()
        this.#line.onRefused(this, error)
      })
  }

  opened(message: Opened): void {
    const screen = this.#screen
    if (!screen) return
    const replaced = this.#wanted !== undefined && this.#wanted !== message.name
    const again = this.name === message.name || replaced
    this.number = message.terminal
    this.name = message.name
    this.#wanted = undefined
    if (again) screen.reset()
    if (replaced) screen.write(note(this.#line.words.replaced))
    if (message.screen) screen.write(message.screen)
    const terminal = message.terminal
    this.#flow = new OutputFlow(
      {
        write: (bytes, done) => screen.write(bytes, done),
        acknowledge: (position) =>
          this.#line.sendFrame({ kind: FrameKind.Ack, terminal, position, payload: new Uint8Array() }),
      },
      message.position,
    )
    this.state.value = 'open'
    this.#line.onName()
    // The window may have changed while the shell started.
    this.#input.resize(screen.size.cols, screen.size.rows)
    for (const text of this.#early.splice(0)) this.#input.text(text)
  }

  output(frame: Frame): void {
    this.#flow?.receive(frame.position, frame.payload)
  }

  /** Types for the learner: a command of the lesson's text. */
  type(text: string): void {
    if (this.state.peek() === 'open') this.#input.text(text)
    else {
      this.#early.push(text)
      if (this.state.peek() === 'ended') this.open()
    }
  }

  exited(): void {
    this.state.value = 'ended'
    this.name = undefined
    this.number = undefined
    this.#input.clear()
    this.#line.onName()
    this.#screen?.write(note(this.#line.words.ended))
  }

  disconnected(): void {
    this.#input.clear()
    this.number = undefined
    if (this.state.peek() === 'open' || this.state.peek() === 'opening') this.state.value = 'away'
  }

  /** The Docker host is gone, and the shell with it. */
  hostEnded(): void {
    this.name = undefined
    this.number = undefined
    this.#input.clear()
    if (this.state.peek() !== 'ended') this.state.value = 'idle'
    this.#line.onName()
  }
}

const note = (text: string) => `\r\n\x1b[2m${text}\x1b[0m\r\n`
