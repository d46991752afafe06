/**
 * The binary half of the WebSocket: terminal bytes. JSON text messages are in messages.ts.
 *
 *     byte 0      kind
 *     bytes 1–2   terminal number, big endian (given by `terminal.opened`)
 *     bytes 3–10  position, big endian u64: bytes of output before this frame (Output), bytes consumed so far (Ack), 0 otherwise
 *     bytes 11…   payload: raw pty bytes (Output, Input), u16 cols + u16 rows (Resize), nothing (Ack)
 *
 * Input, Resize and Ack go to the server, Output comes from it. All of one terminal's frames are ordered, so a resize
 * happens between the bytes it was sent between.
 */
export const FrameKind = { Output: 0, Input: 1, Resize: 2, Ack: 3 } as const
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind]

export const FRAME_HEADER_BYTES = 11

export interface Frame {
  kind: FrameKind
  terminal: number
  position: number
  payload: Uint8Array
}

export function encodeFrame(frame: Frame): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + frame.payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, frame.kind)
  view.setUint16(1, frame.terminal)
  view.setBigUint64(3, BigInt(frame.position))
  bytes.set(frame.payload, FRAME_HEADER_BYTES)
  return bytes
}

/** Undefined for anything that is not a frame: the caller answers DD_PROTOCOL. */
export function decodeFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < FRAME_HEADER_BYTES) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kind = view.getUint8(0)
  if (kind > FrameKind.Ack) return undefined
  const position = view.getBigUint64(3)
  if (position > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  if (kind === FrameKind.Resize && bytes.length !== FRAME_HEADER_BYTES + 4) return undefined
  return {
    kind: kind as FrameKind,
    terminal: view.getUint16(1),
    position: Number(position),
    payload: bytes.subarray(FRAME_HEADER_BYTES),
  }
}

export function resizePayload(cols: number, rows: number): Uint8Array {
  const bytes = new Uint8Array(4)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, cols)
  view.setUint16(2, rows)
  return bytes
}

export function readResize(payload: Uint8Array): { cols: number; rows: number } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  return { cols: view.getUint16(0), rows: view.getUint16(2) }
}

/**
 * Flow control of one terminal. The server stops reading the pty when more than HIGH_WATERMARK_BYTES are not yet
 * acknowledged and resumes below LOW_WATERMARK_BYTES. The browser acknowledges from `term.write`'s callback, at least
 * every ACK_EVERY_BYTES. Invariant: ACK_EVERY_BYTES <= LOW_WATERMARK_BYTES < HIGH_WATERMARK_BYTES, or the pty never resumes.
 */
export const HIGH_WATERMARK_BYTES = 512 * 1024 // xterm parses 5–35 MB/s: 15–100 ms of work in flight
export const LOW_WATERMARK_BYTES = 128 * 1024
export const ACK_EVERY_BYTES = 64 * 1024
