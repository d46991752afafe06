import { ACK_EVERY_BYTES } from '../../../backend/protocol/frames.ts'

export interface OutputPort {
  /** `done` is called when the screen has taken the bytes in. */
  write(bytes: Uint8Array, done: () => void): void
  acknowledge(position: number): void
}

/**
 * The way of the output from the frames to the screen. It acknowledges what the screen has really taken in, not what
 * arrived, so that a slow screen slows the process down instead of filling memory. Frames seen before are dropped.
 */
export class OutputFlow {
  #port: OutputPort
  #received: number
  #taken: number
  #acknowledged: number

  constructor(port: OutputPort, position: number) {
    this.#port = port
    this.#received = position
    this.#taken = position
    this.#acknowledged = position
  }

  receive(position: number, payload: Uint8Array): void {
    const seen = Math.max(0, this.#received - position)
    if (seen >= payload.length) return
    const fresh = payload.subarray(seen)
    const end = position + payload.length
    this.#received = end
    this.#port.write(fresh, () => {
      this.#taken = end
      if (this.#taken - this.#acknowledged < ACK_EVERY_BYTES) return
      this.#acknowledged = this.#taken
      this.#port.acknowledge(this.#taken)
    })
  }
}
