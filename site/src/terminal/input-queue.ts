import { FrameKind, resizePayload } from '../../../backend/protocol/frames.ts'

export interface FrameSink {
  /** False when there is no connection: the bytes are lost, as keys pressed into nothing are. */
  send(kind: FrameKind, payload: Uint8Array): boolean
  /** Bytes that the network has not taken yet. */
  bufferedBytes(): number
  later(run: () => void, ms: number): void
}

/** A paste goes out in pieces of this size, so that a key pressed meanwhile on another terminal does not wait for all of it. */
export const CHUNK_BYTES = 16 * 1024
const BUFFERED_LIMIT_BYTES = 128 * 1024
const PAUSE_MS = 8

/** What goes to one terminal, in order: a resize happens between the keys that it was sent between, also within a long paste. */
export class InputQueue {
  #sink: FrameSink
  #queue: { kind: FrameKind; payload: Uint8Array }[] = []
  #paused = false

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  text(text: string): void {
    this.bytes(new TextEncoder().encode(text))
  }

  bytes(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES)
      this.#queue.push({ kind: FrameKind.Input, payload: bytes.subarray(at, at + CHUNK_BYTES) })
    this.#flush()
  }

  resize(cols: number, rows: number): void {
    this.#queue.push({ kind: FrameKind.Resize, payload: resizePayload(cols, rows) })
    this.#flush()
  }

  clear(): void {
    this.#queue = []
  }

  #flush(): void {
    if (this.#paused) return
    while (this.#queue.length > 0) {
      if (this.#sink.bufferedBytes() > BUFFERED_LIMIT_BYTES) {
        this.#paused = true
        this.#sink.later(() => {
          this.#paused = false
          this.#flush()
        }, PAUSE_MS)
        return
      }
      const next = this.#queue.shift()!
      if (!this.#sink.send(next.kind, next.payload)) {
        this.#queue = []
        return
      }
    }
  }
}
