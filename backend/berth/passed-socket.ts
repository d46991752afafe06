import { once } from 'node:events'
import { chmod, chown, rename } from 'node:fs/promises'
import net from 'node:net'

/** A Unix socket that listens outside and is served inside a berth: the berth gets the fd, never a path of the host. */
export interface PassedSocket extends Disposable {
  readonly path: string
  readonly fd: number
}

/** `owner` may connect, nobody else. Dispose closes our copy once the berth has its own; the path stays. */
export async function listenFor(path: string, owner: { uid: number; gid: number }): Promise<PassedSocket> {
  const server = net.createServer((connection) => connection.destroy())
  // Node removes the path it bound when it closes: bind under another name.
  const bound = `${path}~`
  server.listen({ path: bound, backlog: 128 })
  await once(server, 'listening')
  await chmod(bound, 0o600)
  await chown(bound, owner.uid, owner.gid)
  await rename(bound, path)
  const fd = (server as unknown as { _handle: { fd: number } })._handle.fd
  return { path, fd, [Symbol.dispose]: () => void server.close() }
}
