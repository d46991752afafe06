import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import Docker from 'dockerode'
import type { z } from 'zod'
import type { Clock } from '../clock.ts'
import { DrydockError } from '../errors.ts'
import { read, VersionAnswer } from './answers.ts'
import { deadline } from './deadline.ts'
import type { EngineLimits } from './limits.ts'
import type { EngineVersion } from './port.ts'
import { bounded } from './streams.ts'
import type { Address } from './target.ts'
import { Wire } from './wire.ts'

/** The API this was written against. A newer engine is spoken to in this one, an older engine in its own newest. */
const API_NEWEST = '1.47'
/** Docker 20.10 has 1.41. */
const API_OLDEST = '1.40'

const minor = (version: string) => Number(version.split('.')[1])

export type Api = Docker

export interface AskOptions {
  signal?: AbortSignal
  /** Default `answerMs`. */
  ms?: number
}

/** dockerode over our own wire, every request with its limits. The rest of the room works through `ask` and `stream`. */
export class Connection {
  readonly clock: Clock
  readonly limits: EngineLimits
  readonly labels: Record<string, string>
  readonly #wire: Wire
  readonly #docker: Docker
  readonly #closed = new AbortController()
  #version: Promise<EngineVersion> | undefined

  constructor(address: Address, clock: Clock, limits: EngineLimits, labels: Record<string, string>) {
    this.clock = clock
    this.limits = limits
    this.labels = labels
    this.#wire = new Wire(address, clock, limits)
    this.#docker = new Docker({ modem: this.#wire } as object)
  }

  /** Every request that still runs ends with DD_ENGINE_GONE. */
  close(): void {
    this.#closed.abort(new DrydockError('DD_ENGINE_GONE', { detail: 'the connection was closed here' }))
  }

  /** Asked once: the API's version is agreed upon with it. */
  async version(): Promise<EngineVersion> {
    this.#version ??= this.#negotiate().catch((error) => {
      this.#version = undefined
      throw error
    })
    return this.#version
  }

  async #negotiate(): Promise<EngineVersion> {
    const doing = 'GET /version'
    using limit = deadline(this.clock, this.limits.answerMs, doing, this.#closed.signal)
    const answer = await this.#wire.send({ method: 'GET', path: '/version', abortSignal: limit.signal })
    const { facts, minApiVersion } = read(VersionAnswer, answer, doing)
    if (minor(facts.apiVersion) < minor(API_OLDEST))
      throw new DrydockError('DD_ENGINE_OLD', { version: facts.apiVersion, needed: API_OLDEST })
    const ours = Math.min(minor(API_NEWEST), minor(facts.apiVersion))
    this.#wire.prefix = `/v1.${Math.max(ours, minor(minApiVersion ?? API_OLDEST))}`
    return facts
  }

  /** One request, one document. */
  async ask<T>(
    doing: string,
    schema: z.ZodType<T>,
    request: (api: Api, abortSignal: AbortSignal) => Promise<unknown>,
    options: AskOptions = {},
  ): Promise<T> {
    await this.version()
    using limit = deadline(this.clock, options.ms ?? this.limits.answerMs, doing, this.#until(options.signal))
    limit.signal.throwIfAborted()
    return read(schema, await orAbort(request(this.#docker, limit.signal), limit.signal), doing)
  }

  /** One request answered by a stream; resolves when its head is there. `idleMs` undefined: silence is no fault. */
  async stream(
    doing: string,
    request: (api: Api, wire: Wire, abortSignal: AbortSignal) => Promise<unknown>,
    options: AskOptions & { maxBytes?: number; idleMs?: number } = {},
  ): Promise<AsyncGenerator<Buffer>> {
    await this.version()
    const signal = this.#until(options.signal)
    using limit = deadline(this.clock, options.ms ?? this.limits.answerMs, doing, signal)
    limit.signal.throwIfAborted()
    const head = await orAbort(request(this.#docker, this.#wire, limit.signal), limit.signal)
    return bounded(head as Readable, {
      clock: this.clock,
      doing,
      maxBytes: options.maxBytes ?? this.limits.streamBytes,
      idleMs: options.idleMs,
      signal,
    })
  }

  /** A connection taken over from HTTP. */
  async hijack(
    path: string,
    request: { headers?: Record<string, string>; body?: Record<string, unknown>; signal?: AbortSignal },
  ): Promise<Socket> {
    await this.version()
    using limit = deadline(this.clock, this.limits.answerMs, `POST ${path}`, this.#until(request.signal))
    const { headers, body: options } = request
    const dial = { method: 'POST', path, headers, options, hijack: true, abortSignal: limit.signal }
    return (await this.#wire.send(dial)) as Socket
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([this.#closed.signal, signal]) : this.#closed.signal
  }
}

/** Some of dockerode's requests take no signal; they end by the wire's own limit, and we do not wait for that. */
async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
