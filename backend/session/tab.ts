import { asDrydockError, DrydockError } from '../errors.ts'
import type { Page, Tab } from '../protocol/connection.ts'
import { encodeFrame, type Frame, FrameKind, readResize } from '../protocol/frames.ts'
import type { Language } from '../protocol/language.ts'
import type { ClientMessage, ServerMessage } from '../protocol/messages.ts'
import type { Viewer } from '../terminal/pty.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Session } from './session.ts'

const MAX_SIZE = { cols: 1000, rows: 1000 }

interface Open {
  terminal: Terminal
  viewer: Viewer
}

/** One tab of a session: answers its requests in order, and gives its terminals their numbers, which mean nothing in another tab. */
export class LessonTab implements Tab {
  readonly #session: Session
  readonly #page: Page
  readonly #gone: () => void
  readonly #open = new Map<number, Open>()
  #lastNumber = 0

  constructor(session: Session, page: Page, gone: () => void) {
    this.#session = session
    this.#page = page
    this.#gone = gone
  }

  get language(): Language {
    return this.#page.language
  }

  send(message: ServerMessage): void {
    this.#page.send(message)
  }

  message(message: ClientMessage): void {
    this.#answer(message).catch((thrown) => this.#refuse(thrown, message.id))
  }

  frame(frame: Frame): void {
    const open = this.#open.get(frame.terminal)
    if (!open) {
      // Frames that crossed the news of a terminal's end are no fault; a number that was never given is.
      if (frame.terminal > this.#lastNumber) this.#refuse(new DrydockError('DD_NOT_YOURS'))
      return
    }
    const { terminal, viewer } = open
    if (frame.kind === FrameKind.Input) {
      if (!terminal.input(frame.payload)) this.#refuse(new DrydockError('DD_TERMINAL_INPUT'))
    } else if (frame.kind === FrameKind.Ack) {
      if (!terminal.acknowledge(viewer, frame.position)) {
        this.#refuse(new DrydockError('DD_PROTOCOL', { detail: 'an acknowledgement of what was not sent' }))
      }
    } else this.#resize(terminal, frame)
  }

  closed(): void {
    for (const { terminal, viewer } of this.#open.values()) terminal.detach(viewer)
    this.#open.clear()
    this.#gone()
  }

  async #answer(message: ClientMessage): Promise<void> {
    const { id } = message
    switch (message.type) {
      case 'ping':
        return this.send({ type: 'pong', id })
      case 'file.save':
        return this.#session.save(this, message)
      case 'terminal.open':
        return this.#openTerminal(message)
      case 'terminal.close': {
        const open = this.#open.get(message.terminal)
        if (!open && (message.terminal > this.#lastNumber || message.terminal < 1))
          throw new DrydockError('DD_NOT_YOURS')
        await open?.terminal[Symbol.asyncDispose]()
        return this.send({ type: 'ok', id })
      }
      default:
        await this.#session.answer(this, message)
        this.send({ type: 'ok', id })
    }
  }

  async #openTerminal(message: Extract<ClientMessage, { type: 'terminal.open' }>): Promise<void> {
    const terminal = await this.#session.terminal(message)
    const { name } = terminal
    const number = ++this.#lastNumber
    const viewer = this.#viewer(number, terminal)
    this.#open.set(number, { terminal, viewer })
    // The page was opened again at another size: the program draws for the one who came last.
    if (message.resume === name) terminal.resize(message.cols, message.rows)
    this.send({ type: 'ok', id: message.id, terminal: number, name })
    await terminal.attach(viewer)
  }

  #viewer(number: number, terminal: Terminal): Viewer {
    const { name, kind } = terminal
    return {
      opened: (position, screen) =>
        this.send({ type: 'terminal.opened', terminal: number, name, kind, position, screen }),
      output: (position, payload, flushed) =>
        this.#page.sendFrame(
          encodeFrame({ kind: FrameKind.Output, terminal: number, position, payload }),
          flushed,
        ),
      exited: (exitCode) => {
        this.#open.delete(number)
        this.send({ type: 'terminal.exited', terminal: number, exitCode })
      },
      stalled: () => this.#page.close('it does not read its terminal'),
    }
  }

  #resize(terminal: Terminal, frame: Frame): void {
    const { cols, rows } = readResize(frame.payload)
    if (cols < 2 || rows < 1 || cols > MAX_SIZE.cols || rows > MAX_SIZE.rows) {
      this.#refuse(new DrydockError('DD_PROTOCOL', { detail: `a terminal of ${cols}×${rows}` }))
    } else terminal.resize(cols, rows)
  }

  #refuse(thrown: unknown, id?: number): void {
    const error = asDrydockError(thrown)
    this.#session.fault(error)
    this.send({ type: 'error', ...(id !== undefined && { id }), code: error.code, vars: error.vars })
  }
}
