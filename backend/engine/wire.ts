import http from 'node:http'
import https from 'node:https'
import { stringify } from 'node:querystring'
import type { Readable } from 'node:stream'
import type { Clock } from '../clock.ts'
import { DrydockError } from '../errors.ts'
import { type Deadline, deadline } from './deadline.ts'
import type { EngineLimits } from './limits.ts'
import { asGone, bounded } from './streams.ts'
import type { Address } from './target.ts'

/** What dockerode asks its modem for. */
export interface DialOptions {
  path: string
  method: string
  options?: Record<string, unknown> | null
  file?: Readable | Buffer
  headers?: Record<string, string>
  hijack?: boolean
  isStream?: boolean
  abortSignal?: AbortSignal
}

type Answer = { res: http.IncomingMessage } | { socket: Readable }

type DialCallback = (error: unknown, result: unknown) => void

/**
 * Takes docker-modem's place under dockerode. That one keeps answers of any length in memory, follows an engine's redirects to any
 * address, waits for ever, and prefers DOCKER_HOST over what it was given: with an engine that a learner controls each is a hole.
 * Here every answer is bounded, a redirect is an error, and one request is one connection.
 */
export class Wire {
  /** Set by dockerode. */
  Promise: unknown
  /** `/v1.41`, once negotiated. */
  prefix = ''
  readonly #address: Address
  readonly #clock: Clock
  readonly #limits: EngineLimits

  constructor(address: Address, clock: Clock, limits: EngineLimits) {
    this.#address = address
    this.#clock = clock
    this.#limits = limits
  }

  /** dockerode reads the answer's fields in its callback without a look: what it throws there is the engine's malformed answer. */
  dial(dial: DialOptions, callback: DialCallback): void {
    this.send(dial).then(
      (result) => {
        try {
          callback(null, result)
        } catch (error) {
          callback(new DrydockError('DD_ENGINE_ANSWER', { detail: this.#name(dial) }, { cause: error }), null)
        }
      },
      (error) => callback(error, null),
    )
  }

  /** A stream's head, a hijacked connection's socket, or the parsed JSON document ({} when there is none). */
  async send(dial: DialOptions): Promise<unknown> {
    const doing = this.#name(dial)
    // A caller with a signal brings its own limit in it.
    const ms = dial.abortSignal ? Infinity : this.#limits.answerMs
    using limit = deadline(this.#clock, ms, doing, dial.abortSignal)
    const answer = await this.#exchange(dial, limit)
    if (!('res' in answer)) return answer.socket
    const { res } = answer
    const status = res.statusCode ?? 0
    if (dial.isStream && status >= 200 && status < 300) return res
    const parts: Buffer[] = []
    for await (const part of bounded(res, {
      clock: this.#clock,
      doing,
      maxBytes: this.#limits.answerBytes,
      signal: limit.signal,
    }))
      parts.push(part)
    const document = judge(status, Buffer.concat(parts).toString(), doing)
    if (dial.hijack)
      throw new DrydockError('DD_ENGINE_ANSWER', { detail: `${doing}: not upgraded, status ${status}` })
    return document
  }

  #name(dial: DialOptions): string {
    return `${dial.method} ${dial.path.replace(/\?.*$/, '').slice(0, 120)}`
  }

  #exchange(dial: DialOptions, limit: Deadline): Promise<Answer> {
    limit.signal.throwIfAborted()
    const { path, body, headers } = compose(dial)
    const secure = 'tls' in this.#address && this.#address.tls
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const request = (secure ? https : http).request({
      ...('socketPath' in this.#address
        ? { socketPath: this.#address.socketPath }
        : { host: this.#address.host, port: this.#address.port, ...this.#address.tls }),
      agent: false, // a connection that an engine misused is never used again
      method: dial.method,
      path: this.prefix + path,
      headers: { host: 'docker', ...headers },
    })
    const stop = () => request.destroy(limit.signal.reason)
    limit.signal.addEventListener('abort', stop, { once: true })
    const settled = () => limit.signal.removeEventListener('abort', stop)
    request.on('error', (error) => {
      settled()
      reject(asGone(limit.signal.aborted ? limit.signal.reason : error))
    })
    request.on('close', () => reject(new DrydockError('DD_ENGINE_GONE', { detail: 'it hung up' })))
    request.on('response', (res) => {
      settled()
      res.on('error', () => {}) // whoever reads it meets the error; without a reader it must not be uncaught
      resolve({ res })
    })
    request.on('upgrade', (_res, socket, head) => {
      settled()
      socket.on('error', () => {})
      if (!dial.hijack) {
        reject(
          new DrydockError('DD_ENGINE_ANSWER', {
            detail: `${this.#name(dial)}: an upgrade nobody asked for`,
          }),
        )
        return socket.destroy()
      }
      if (head.length > 0) socket.unshift(head)
      resolve({ socket })
    })
    if (body && !Buffer.isBuffer(body)) {
      body.on('error', (error) => request.destroy(error))
      request.on('close', () => body.destroy())
      body.pipe(request)
    } else request.end(body)
    return promise
  }
}

/** dockerode mixes query, body and its own options in one object; `_query` and `_body` take them apart. */
function compose(dial: DialOptions): {
  path: string
  body?: Buffer | Readable
  headers: Record<string, string | number>
} {
  const { abortSignal: _, ...options } = dial.options ?? {}
  const headers: Record<string, string | number> = { ...dial.headers }
  let path = dial.path
  if (path.endsWith('?')) {
    const query = (options._query ?? options) as Record<string, unknown>
    const flat = Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        key,
        typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : value,
      ])
    path = flat.length > 0 ? path + stringify(Object.fromEntries(flat)) : path.slice(0, -1)
  }
  if (dial.hijack) {
    headers.Connection = 'Upgrade'
    headers.Upgrade ??= 'tcp'
  }
  if (dial.file) {
    headers['Content-Type'] = 'application/x-tar'
    return { path, body: dial.file, headers }
  }
  const document = options._body ?? (dial.path.endsWith('?') ? undefined : options)
  const bare = dial.hijack && !dial.options
  if (dial.method !== 'POST' || document === undefined || bare) return { path, headers }
  const body = Buffer.from(JSON.stringify(document))
  headers['Content-Type'] = 'application/json'
  headers['Content-Length'] = body.length
  return { path, body, headers }
}

/** The document of a 2xx answer; any other answer as the error it means. */
function judge(status: number, text: string, doing: string): unknown {
  let document: unknown
  try {
    document = text.trim() === '' ? {} : JSON.parse(text)
  } catch (error) {
    if (status < 300)
      throw new DrydockError('DD_ENGINE_ANSWER', { detail: `${doing}: not JSON` }, { cause: error })
  }
  if (status >= 200 && status < 300) return document
  if (status === 304 || (status >= 400 && status < 600)) {
    const message =
      document && typeof document === 'object' && 'message' in document ? document.message : text
    throw new DrydockError('DD_ENGINE_REFUSED', {
      detail: printable(String(message)) || `${doing}: status ${status}`,
      status,
    })
  }
  throw new DrydockError('DD_ENGINE_ANSWER', { detail: `${doing}: status ${status}` })
}

/** An engine's words on their way to a person's terminal: no control characters, no flood. */
export function printable(text: string): string {
  return text
    .slice(0, 4000)
    .replace(/\p{Cc}/gu, (control) => (control === '\n' || control === '\t' ? control : ''))
    .trim()
}
