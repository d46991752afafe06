import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { Clock } from '../clock.ts'
import { DrydockError } from '../errors.ts'
import { deadline } from './deadline.ts'

export interface StreamBounds {
  clock: Clock
  doing: string
  maxBytes: number
  /** Only time spent waiting for the engine counts, not the consumer's. */
  idleMs?: number
  signal?: AbortSignal
}

/** The engine's bytes within bounds. Leaving the loop early closes the connection. */
export async function* bounded(stream: Readable, bounds: StreamBounds): AsyncGenerator<Buffer> {
  const stop = () => stream.destroy(bounds.signal?.reason)
  if (bounds.signal?.aborted) stop()
  bounds.signal?.addEventListener('abort', stop, { once: true })
  const chunks = stream[Symbol.asyncIterator]()
  let bytes = 0
  try {
    for (;;) {
      using wait = deadline(bounds.clock, bounds.idleMs ?? Infinity, bounds.doing)
      wait.signal.addEventListener('abort', () => stream.destroy(wait.signal.reason))
      const { value, done } = await chunks.next().catch((error: unknown) => {
        throw asGone(bounds.signal?.aborted ? bounds.signal.reason : (wait.signal.reason ?? error))
      })
      if (done) return
      bytes += value.length
      if (bytes > bounds.maxBytes)
        throw new DrydockError('DD_ENGINE_ANSWER', {
          detail: `${bounds.doing}: more than ${bounds.maxBytes} bytes`,
        })
      yield value
    }
  } finally {
    bounds.signal?.removeEventListener('abort', stop)
    stream.destroy()
  }
}

/** A failed connection in our words; our own errors and a caller's abort pass. */
export function asGone(error: unknown): unknown {
  if (error instanceof DrydockError) return error
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) return error
  if (!(error instanceof Error) || !('code' in error)) return error
  if (String(error.code).startsWith('HPE_'))
    return new DrydockError('DD_ENGINE_ANSWER', { detail: error.message }, { cause: error })
  return new DrydockError('DD_ENGINE_GONE', { detail: error.message }, { cause: error })
}

export type OutputStream = 'stdout' | 'stderr'

/**
 * The engine's framing of a process without a tty: 8 bytes (stream, 0, 0, 0, u32 length), then the payload. The length is never
 * believed: payloads are passed on as they come.
 */
export async function* demultiplexed(
  source: AsyncIterable<Buffer>,
): AsyncGenerator<{ stream: OutputStream; chunk: Buffer }> {
  let header = Buffer.alloc(0)
  let left = 0
  let stream: OutputStream = 'stdout'
  for await (let data of source) {
    while (data.length > 0) {
      if (left > 0) {
        const chunk = data.subarray(0, left)
        left -= chunk.length
        data = data.subarray(chunk.length)
        yield { stream, chunk }
        continue
      }
      const taken = Math.min(8 - header.length, data.length)
      header = Buffer.concat([header, data.subarray(0, taken)])
      data = data.subarray(taken)
      if (header.length < 8) break
      if (header[0]! > 2 || header[1] || header[2] || header[3])
        throw new DrydockError('DD_ENGINE_ANSWER', { detail: 'output frames are malformed' })
      stream = header[0] === 2 ? 'stderr' : 'stdout'
      left = header.readUInt32BE(4)
      header = Buffer.alloc(0)
    }
  }
}

/** Text of at most `maxBytes` bytes; the rest is counted only. A character split over chunks stays whole. */
export class BoundedText {
  text = ''
  bytes = 0
  readonly #decoder = new StringDecoder('utf8')
  readonly #maxBytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** What of the chunk was kept. */
  add(chunk: Buffer): string {
    const room = Math.max(0, this.#maxBytes - this.bytes)
    this.bytes += chunk.length
    const kept = room > 0 ? this.#decoder.write(chunk.subarray(0, room)) : ''
    this.text += kept
    return kept
  }

  get truncated(): boolean {
    return this.bytes > this.#maxBytes
  }
}
