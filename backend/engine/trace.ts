import { DrydockError } from '../errors.ts'
import { answerDecoder, loadService } from './grpc-schema.ts'

interface Timestamp {
  seconds: number
  nanos: number
}

/** A node of BuildKit's graph, which a person knows as a step. It is sent again whenever something about it changes. */
export interface Vertex {
  digest: string
  name: string
  cached: boolean
  started: Timestamp | null
  completed: Timestamp | null
  error: string
}

export interface Trace {
  vertexes: Vertex[]
  logs: { vertex: string; stream: number; msg: Buffer }[]
}

let decode: ((bytes: Buffer) => Trace) | undefined

/** The `aux` of a `moby.buildkit.trace` line. */
export function decodeTrace(aux: unknown): Trace {
  decode ??= answerDecoder<Trace>(loadService('status', 'moby.buildkit.v1.Control'), 'Status')
  try {
    if (typeof aux !== 'string') throw new TypeError('not a string')
    return decode(Buffer.from(aux, 'base64'))
  } catch (error) {
    throw new DrydockError(
      'DD_ENGINE_ANSWER',
      { detail: 'the progress of the build is malformed' },
      { cause: error },
    )
  }
}

/** Milliseconds since the epoch, by the engine's clock. */
export function millis(time: Timestamp): number {
  return time.seconds * 1000 + time.nanos / 1e6
}
