import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../clock.ts'

/** Answers one request on its raw connection. `request` is its first line. */
export type Reply = (socket: Socket, request: string) => void

/** An engine under a stranger's control, for tests: a real server on a Unix socket that writes whatever bytes it wants. */
export interface HostileEngine extends AsyncDisposable {
  socketPath: string
  requests: string[]
}

export const VERSION = {
  Version: '20.10.24',
  ApiVersion: '1.41',
  MinAPIVersion: '1.12',
  Os: 'linux',
  Arch: 'amd64',
}

/** Replies by the beginning of the request line; `/version` is answered honestly unless it is named too. */
export async function hostileEngine(replies: Record<string, Reply>): Promise<HostileEngine> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  const all = { ...replies, 'GET /version': replies['GET /version'] ?? json(VERSION) }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {}) // the client hangs up on us, as it should
    socket.once('data', (data) => {
      const request = data.toString('latin1').split('\r\n')[0]!
      requests.push(request)
      const line = request.replace(/ \/v1\.\d+\//, ' /')
      const reply = Object.entries(all).find(([start]) => line.startsWith(start))?.[1]
      if (reply) reply(socket, line)
      else socket.destroy()
    })
  })
  const socketPath = join(tmpdir(), `dd-hostile-${systemClock.random(6)}.sock`)
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return {
    socketPath,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      rmSync(socketPath, { force: true })
    },
  }
}

export const head = (status = 200, headers = '') => `HTTP/1.1 ${status} X\r\n${headers}\r\n`

export const bytes =
  (data: string | Buffer): Reply =>
  (socket) =>
    socket.end(data)

export const json = (document: unknown, status = 200): Reply => bytes(head(status) + JSON.stringify(document))

export const silent: Reply = () => {}

export const hangUp: Reply = (socket) => socket.destroy()

/** `start`, then `piece` for as long as somebody listens. */
export const endless =
  (start: string, piece: string | Buffer): Reply =>
  (socket) => {
    socket.write(start)
    const more = () => {
      while (!socket.destroyed && socket.write(piece)) {}
    }
    socket.on('drain', more)
    more()
  }

/** `start`, then one byte now and then: never silent, never done. */
export const trickling =
  (start: string, piece: string): Reply =>
  (socket) => {
    socket.write(start)
    const timer = setInterval(() => socket.write(piece), 20)
    socket.on('close', () => clearInterval(timer))
  }

/** The engine's framing of process output. */
export function frame(stream: number, length: number, payload = ''): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(length, 4)
  return Buffer.concat([header, Buffer.from(payload)])
}
