import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../clock.ts'
import { asDrydockError, DrydockError } from '../errors.ts'
import type { Lessons } from '../protocol/connection.ts'
import { LANGUAGES, type Language } from '../protocol/language.ts'
import { MAX_MESSAGE_BYTES } from '../protocol/limits.ts'
import { LESSON_SOCKET_PATH } from '../protocol/paths.ts'
import { errorBody, languageOf } from './error-body.ts'
import type { Identity } from './identity.ts'
import { checkNames } from './names.ts'
import { serveTab } from './tab-socket.ts'

const PING_EVERY_MS = 20_000 // a laptop that sleeps never says goodbye
const MAX_SOCKETS = 200 // a tab is one; each may hold a few megabytes

export interface UpgradeOptions {
  names: readonly string[]
  identity: Identity
  lessons: Lessons
  clock: Clock
  log: { error(fields: object, message: string): void }
}

/** The WebSocket side of the HTTP server. */
export class Upgrades implements Disposable {
  readonly #options: UpgradeOptions
  readonly #alive = new WeakSet<WebSocket>()
  readonly #pings: NodeJS.Timeout
  // No permessage-deflate: it costs a keystroke a millisecond and each socket 300 KB.
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: true,
  })

  constructor(options: UpgradeOptions) {
    this.#options = options
    this.#pings = setInterval(() => this.#ping(), PING_EVERY_MS)
    this.#pings.unref()
  }

  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    try {
      const { learner, lesson, language } = this.#admit(request)
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        this.#alive.add(webSocket)
        webSocket.on('pong', () => this.#alive.add(webSocket))
        const { lessons, clock, log } = this.#options
        serveTab({ socket: webSocket, lessons, learner, lesson, language, clock, log })
      })
    } catch (thrown) {
      refuse(socket, asDrydockError(thrown), languageOf(request))
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#pings)
    for (const socket of this.#sockets.clients) socket.close(1001, 'the lab is stopping')
    const last = setTimeout(() => {
      for (const socket of this.#sockets.clients) socket.terminate()
    }, 500)
    last.unref()
    this.#sockets.close()
  }

  #admit(request: IncomingMessage): { learner: string; lesson: string; language: Language } {
    checkNames(request, this.#options.names, true)
    const url = new URL(request.url ?? '/', 'http://lab')
    if (url.pathname !== LESSON_SOCKET_PATH) throw new DrydockError('DD_NOT_FOUND', { path: url.pathname })
    const learner = this.#options.identity.learner(request.headers.cookie)
    if (learner === undefined) throw new DrydockError('DD_SESSION_MISSING')
    if (this.#sockets.clients.size >= MAX_SOCKETS) throw new DrydockError('DD_RATE_LIMIT')
    const language = LANGUAGES.find((known) => known === url.searchParams.get('lang')) ?? 'en'
    return { learner, lesson: url.searchParams.get('lesson') ?? '', language }
  }

  #ping(): void {
    for (const socket of this.#sockets.clients) {
      if (!this.#alive.delete(socket)) socket.terminate()
      else socket.ping()
    }
  }
}

function refuse(socket: Duplex, error: DrydockError, language: Language): void {
  const body = JSON.stringify(errorBody(error, language))
  const { status } = error.entry
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
