import type net from 'node:net'
import type { AgentShell } from './port.ts'
import { AgentFrame } from './protocol.ts'

const FRAME_HEADER_BYTES = 5
const MAX_FRAME_BYTES = 1 << 20 // the agent reads a pty 64 KiB at a time; more is not our agent
const INPUT_FRAME_BYTES = 32 * 1024

/** Frames of one shell over its connection. A frame that is not the protocol's ends the connection. */
export function shellOver(socket: net.Socket): AgentShell {
  let listener: ((chunk: Uint8Array) => void) | undefined
  let early: Buffer[] = []
  let pending: Buffer = Buffer.alloc(0)
  let exitCode: number | null = null
  let finish = (_: number | null) => {}
  const exited = new Promise<number | null>((resolve) => {
    finish = resolve
  })
  socket.setNoDelay?.(true)
  socket.on('error', () => {}) // 'close' follows
  socket.on('close', () => finish(exitCode))
  socket.on('end', () => socket.destroy())
  socket.on('data', (data: Buffer) => {
    pending = pending.length ? Buffer.concat([pending, data]) : data
    while (pending.length >= FRAME_HEADER_BYTES) {
      const length = pending.readUInt32BE(1)
      if (length > MAX_FRAME_BYTES) return socket.destroy()
      if (pending.length < FRAME_HEADER_BYTES + length) break
      const payload = pending.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + length)
      const kind = pending[0]
      pending = pending.subarray(FRAME_HEADER_BYTES + length)
      if (kind === AgentFrame.Data) listener ? listener(payload) : early.push(payload)
      if (kind === AgentFrame.Exit && length === 4) exitCode = payload.readInt32BE(0)
    }
  })
  const send = (kind: number, payload: Uint8Array): boolean => {
    if (!socket.writable) return true
    const header = Buffer.alloc(FRAME_HEADER_BYTES)
    header.writeUInt8(kind, 0)
    header.writeUInt32BE(payload.length, 1)
    socket.cork()
    socket.write(header)
    const room = socket.write(payload)
    socket.uncork()
    return room
  }
  return {
    exited,
    onOutput(next) {
      listener = next
      for (const chunk of early) next(chunk)
      early = []
    },
    write(bytes) {
      let room = true
      for (let at = 0; at < bytes.length; at += INPUT_FRAME_BYTES)
        room = send(AgentFrame.Data, bytes.subarray(at, at + INPUT_FRAME_BYTES))
      return room
    },
    async drained() {
      if (!socket.writableNeedDrain || socket.destroyed) return
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve)
        socket.once('close', () => resolve())
      })
    },
    resize(cols, rows) {
      const payload = Buffer.alloc(4)
      payload.writeUInt16BE(cols, 0)
      payload.writeUInt16BE(rows, 2)
      send(AgentFrame.Resize, payload)
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    async close() {
      if (socket.closed) return
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve())
        socket.destroy()
      })
    },
  }
}
