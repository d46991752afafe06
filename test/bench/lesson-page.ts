import { once } from 'node:events'
import WebSocket from 'ws'
import { ACK_EVERY_BYTES, decodeFrame, encodeFrame, FrameKind } from '../../backend/protocol/frames.ts'
import type { ClientMessage, ServerMessage, TerminalKind } from '../../backend/protocol/messages.ts'
import { LESSON_SOCKET_PATH } from '../../backend/protocol/paths.ts'

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>
type Unnumbered<M> = M extends unknown ? Omit<M, 'id'> : never

/** A lesson's page without a browser: its cookie, its WebSocket, its terminals. */
export class LessonPage implements AsyncDisposable {
  readonly socket: WebSocket
  /** Who the server takes it for. */
  readonly cookie: string
  readonly #terminals = new Map<number, PageTerminal>()
  readonly #listeners = new Set<(message: ServerMessage) => void>()
  #lastId = 0

  private constructor(socket: WebSocket, cookie: string) {
    this.socket = socket
    this.cookie = cookie
    socket.on('message', (data, binary) =>
      binary ? this.#frame(data as Buffer) : this.#message(data as Buffer),
    )
    socket.on('error', () => {}) // 'close' follows
    socket.on('close', (code, reason) => {
      const detail = `the connection was closed: ${code} ${reason}`
      this.#tell({ type: 'error', code: 'CLOSED', vars: { detail } })
    })
  }

  static async open(url: string, lesson: string): Promise<LessonPage> {
    const front = await fetch(url)
    await front.body?.cancel()
    const cookie = front.headers.get('set-cookie')?.split(';')[0] ?? ''
    const address = `${url.replace('http', 'ws')}${LESSON_SOCKET_PATH}?lesson=${lesson}&lang=en`
    const socket = new WebSocket(address, { headers: { cookie, origin: url }, perMessageDeflate: false })
    const page = new LessonPage(socket, cookie)
    await page.next('welcome')
    return page
  }

  send(message: Unnumbered<ClientMessage>): number {
    const id = ++this.#lastId
    this.socket.send(JSON.stringify({ id, ...message }))
    return id
  }

  /** Resolves with the answer; rejects where it is an error. */
  async ask(message: Unnumbered<ClientMessage>): Promise<Of<'ok'>> {
    const id = this.#lastId + 1
    const answer = this.next('ok', (ok) => ok.id === id)
    this.send(message)
    return answer
  }

  /** The next message of this type, from now on. An error that comes first rejects. */
  next<T extends ServerMessage['type']>(
    type: T,
    fits: (message: Of<T>) => boolean = () => true,
  ): Promise<Of<T>> {
    return new Promise((resolve, reject) => {
      const listener = (message: ServerMessage) => {
        if (message.type === type && fits(message as Of<T>)) resolve(message as Of<T>)
        else if (message.type === 'error')
          reject(new Error(`${message.code} ${JSON.stringify(message.vars)}`))
        else return
        this.#listeners.delete(listener)
      }
      this.#listeners.add(listener)
    })
  }

  async openTerminal(kind: TerminalKind): Promise<PageTerminal> {
    const opened = this.next('terminal.opened')
    opened.catch(() => {}) // the answer says it too
    await this.ask({ type: 'terminal.open', kind, cols: 80, rows: 24 })
    const { terminal } = await opened
    return this.#terminals.get(terminal)!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return
    this.socket.resume()
    const closed = once(this.socket, 'close')
    this.socket.terminate()
    await closed
  }

  #message(data: Buffer): void {
    const message = JSON.parse(data.toString('utf8')) as ServerMessage
    if (message.type === 'terminal.opened') {
      const { terminal, position } = message
      this.#terminals.set(terminal, new PageTerminal(this.socket, terminal, position))
    }
    this.#tell(message)
  }

  #tell(message: ServerMessage): void {
    for (const listener of this.#listeners) listener(message)
  }

  #frame(data: Buffer): void {
    const frame = decodeFrame(data)
    if (frame?.kind === FrameKind.Output) this.#terminals.get(frame.terminal)?.take(frame.payload)
  }
}

/** One terminal of a page, its output taken in as soon as it comes. */
export class PageTerminal {
  readonly number: number
  onOutput: (chunk: Uint8Array) => void = () => {}
  /** False: as a page whose terminal has stopped taking output in. */
  acknowledges = true
  readonly #socket: WebSocket
  #position: number
  #acknowledged: number

  constructor(socket: WebSocket, number: number, position: number) {
    this.#socket = socket
    this.number = number
    this.#position = position
    this.#acknowledged = position
  }

  write(text: string): void {
    this.#socket.send(
      encodeFrame({ kind: FrameKind.Input, terminal: this.number, position: 0, payload: Buffer.from(text) }),
    )
  }

  /** Writes and resolves when the output since then contains `answer`. */
  async expect(text: string, answer: string): Promise<void> {
    let seen = ''
    await new Promise<void>((resolve) => {
      this.onOutput = (chunk) => {
        seen = (seen + Buffer.from(chunk)).slice(-4096)
        if (seen.includes(answer)) resolve()
      }
      this.write(text)
    })
    this.onOutput = () => {}
  }

  take(chunk: Uint8Array): void {
    this.#position += chunk.length
    if (this.acknowledges && this.#position - this.#acknowledged >= ACK_EVERY_BYTES) {
      this.#acknowledged = this.#position
      this.#socket.send(
        encodeFrame({
          kind: FrameKind.Ack,
          terminal: this.number,
          position: this.#position,
          payload: new Uint8Array(),
        }),
      )
    }
    this.onOutput(chunk)
  }
}
