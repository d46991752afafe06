import { StringDecoder } from 'node:string_decoder'
import type { BuildEvent } from '../protocol/messages.ts'
import { millis, type Trace, type Vertex } from './trace.ts'
import { printable } from './wire.ts'

/** A Dockerfile of 512 KiB has fewer; a lying engine could name new ones for ever. */
const MAX_STEPS = 5000
const MAX_NAME_CHARS = 1000
/** A build is stopped long before; a lying clock is not shown. */
const MAX_STEP_MS = 24 * 3600_000

interface Step {
  number: number
  line: number | undefined
  done: boolean
  decoder: StringDecoder
}

/** Turns BuildKit's traces into the events of a build, each step once, and keeps the end of what the steps printed. */
export class Steps {
  #steps = new Map<string, Step>()
  #printed = 0
  #tail = ''
  /** The first step that failed by itself, not because another one did. */
  failure: { message: string; line: number | undefined } | undefined
  readonly #emit: (event: BuildEvent) => void
  readonly #lineOf: (name: string) => number | undefined
  readonly #maxBytes: number

  constructor(
    emit: (event: BuildEvent) => void,
    lineOf: (name: string) => number | undefined,
    maxBytes: number,
  ) {
    this.#emit = emit
    this.#lineOf = lineOf
    this.#maxBytes = maxBytes
  }

  add(trace: Trace): void {
    for (const vertex of trace.vertexes) this.#vertex(vertex)
    for (const log of trace.logs) this.#log(log.vertex, log.msg)
  }

  /** The last `maxBytes` characters, at most, of what was printed. */
  get output(): string {
    return this.#tail.slice(-this.#maxBytes)
  }

  #vertex(vertex: Vertex): void {
    // A cached step is reported complete without ever having started.
    if (!vertex.started && !vertex.completed) return
    const step = this.#steps.get(vertex.digest) ?? this.#begin(vertex)
    if (!step || step.done || !(vertex.completed || vertex.error)) return
    step.done = true
    const error = printable(vertex.error)
    if (error && !/context canceled/.test(error)) this.failure ??= { message: error, line: step.line }
    this.#emit({
      type: 'step.done',
      step: step.number,
      cached: vertex.cached,
      ms: duration(vertex),
      ...(error && { error }),
    })
  }

  #begin(vertex: Vertex): Step | undefined {
    if (this.#steps.size >= MAX_STEPS) return undefined
    const name = printable(vertex.name.slice(0, MAX_NAME_CHARS))
    const line = this.#lineOf(name)
    const step = { number: this.#steps.size, line, done: false, decoder: new StringDecoder('utf8') }
    this.#steps.set(vertex.digest, step)
    this.#emit({ type: 'step', step: step.number, name, ...(line !== undefined && { line }) })
    return step
  }

  #log(digest: string, bytes: Buffer): void {
    const step = this.#steps.get(digest)
    if (!step) return
    const room = this.#maxBytes - this.#printed
    this.#printed += bytes.length
    const text = step.decoder.write(bytes)
    this.#tail += text
    if (this.#tail.length > 2 * this.#maxBytes) this.#tail = this.#tail.slice(-this.#maxBytes)
    if (room <= 0) return
    const shown = bytes.length <= room ? text : text.slice(0, room)
    if (shown !== '') this.#emit({ type: 'output', step: step.number, text: shown })
    if (bytes.length < room) return
    this.#emit({
      type: 'output',
      step: step.number,
      text: `\n[output clipped, log limit ${this.#maxBytes} bytes reached]\n`,
    })
  }
}

function duration(vertex: Vertex): number {
  if (!vertex.started || !vertex.completed) return 0
  const ms = Math.round(millis(vertex.completed) - millis(vertex.started))
  return ms > 0 && ms <= MAX_STEP_MS ? ms : 0
}
