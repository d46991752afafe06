import { decodeFrame, encodeFrame, type Frame } from '../../../backend/protocol/frames.ts'
import { MAX_MESSAGE_BYTES } from '../../../backend/protocol/limits.ts'
import type { ClientMessage, ServerMessage } from '../../../backend/protocol/messages.ts'
import { type ConnectionState, nextState, START } from './state.ts'

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never
export type Request = WithoutId<ClientMessage>
export type Ok = Extract<ServerMessage, { type: 'ok' }>

/** A request that was not fulfilled: the server's code, or `closed` (fate unknown) or `too-long` (never sent). */
export class RequestError extends Error {
  readonly code: string
  readonly vars: Record<string, string | number>

  constructor(code: string, vars: Record<string, string | number> = {}) {
    super(code)
    this.code = code
    this.vars = vars
  }
}

export interface LessonSocketOptions {
  /** Opens a socket; the browser's `WebSocket`, or one of a test. */
  connect(): WebSocket
  onState(state: ConnectionState): void
  onMessage(message: ServerMessage): void
  onFrame(frame: Frame): void
  random?: () => number
}

const PING_EVERY_MS = 15_000
const PONG_WITHIN_MS = 8_000 // a laptop that slept holds a socket that no longer leads anywhere

/** One lesson's socket: requests with their answers, frames, pings, and another socket whenever one is lost. */
export class LessonSocket {
  #options: LessonSocketOptions
  #state: ConnectionState = START
  #socket: WebSocket | undefined
  #nextId = 1
  #waiting = new Map<number, { resolve(ok: Ok): void; reject(error: RequestError): void }>()
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #pingTimer: ReturnType<typeof setTimeout> | undefined
  #ended = false

  constructor(options: LessonSocketOptions) {
    this.#options = options
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** Bytes that the browser holds back because the network does not take them. */
  get bufferedBytes(): number {
    return this.#socket?.bufferedAmount ?? 0
  }

  start(): void {
    this.#open()
  }

  /** Ends a pause between attempts at once. */
  retryNow(): void {
    if (this.#state.name === 'waiting') this.#retry()
  }

  request(request: Request): Promise<Ok> {
    const socket = this.#socket
    if (!socket || this.#state.name !== 'open') return Promise.reject(new RequestError('closed'))
    const id = this.#nextId++
    const text = JSON.stringify({ ...request, id })
    // UTF-8 takes at most three bytes for a UTF-16 unit: count only when it could matter.
    if (text.length * 3 > MAX_MESSAGE_BYTES && new TextEncoder().encode(text).length > MAX_MESSAGE_BYTES)
      return Promise.reject(new RequestError('too-long'))
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      socket.send(text)
    })
  }

  sendFrame(frame: Frame): boolean {
    if (!this.#socket || this.#state.name !== 'open') return false
    this.#socket.send(encodeFrame(frame) as Uint8Array<ArrayBuffer>)
    return true
  }

  [Symbol.dispose](): void {
    this.#ended = true
    clearTimeout(this.#retryTimer)
    this.#lose()
  }

  #open(): void {
    const socket = this.#options.connect()
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    const current = () => this.#socket === socket
    socket.addEventListener('message', (event) => current() && this.#receive(event.data))
    socket.addEventListener('close', () => current() && this.#closed())
  }

  #receive(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') {
      const frame = decodeFrame(new Uint8Array(data))
      if (frame) this.#options.onFrame(frame)
      return
    }
    const message = JSON.parse(data) as ServerMessage
    if (message.type === 'welcome') {
      this.#step({ type: 'welcomed' })
      this.#ping()
    }
    if (
      message.type === 'ok' ||
      message.type === 'pong' ||
      (message.type === 'error' && message.id !== undefined)
    ) {
      const pending = this.#waiting.get(message.id ?? -1)
      this.#waiting.delete(message.id ?? -1)
      if (message.type === 'error') pending?.reject(new RequestError(message.code, message.vars))
      else pending?.resolve(message.type === 'ok' ? message : { type: 'ok', id: message.id })
      if (pending) return
    }
    this.#options.onMessage(message)
  }

  #ping(): void {
    clearTimeout(this.#pingTimer)
    this.#pingTimer = setTimeout(() => {
      const late = setTimeout(() => this.#closed(), PONG_WITHIN_MS)
      this.request({ type: 'ping' }).then(
        () => {
          clearTimeout(late)
          this.#ping()
        },
        () => clearTimeout(late),
      )
    }, PING_EVERY_MS)
  }

  #lose(): void {
    const socket = this.#socket
    this.#socket = undefined
    clearTimeout(this.#pingTimer)
    socket?.close()
    for (const pending of this.#waiting.values()) pending.reject(new RequestError('closed'))
    this.#waiting.clear()
  }

  #closed(): void {
    this.#lose()
    if (this.#ended) return
    this.#step({ type: 'closed', random: (this.#options.random ?? Math.random)() })
    if (this.#state.name === 'waiting')
      this.#retryTimer = setTimeout(() => this.#retry(), this.#state.delayMs)
  }

  #retry(): void {
    clearTimeout(this.#retryTimer)
    this.#step({ type: 'retry' })
    this.#open()
  }

  #step(event: Parameters<typeof nextState>[1]): void {
    const before = this.#state
    this.#state = nextState(before, event)
    if (this.#state !== before) this.#options.onState(this.#state)
  }
}
