import { createHash, timingSafeEqual } from 'node:crypto'
import { chmod, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { ListenOptions, Socket } from 'node:net'
import { type Clock, systemClock } from '../clock.ts'
import { type PackageCopy, packageCopy } from './package-tarball.ts'
import { type RegistryRequest, RequestLog } from './request-log.ts'

export { type PackageCopy, packageCopy, packageFiles } from './package-tarball.ts'
export type { RegistryRequest } from './request-log.ts'

/** What has been asked since a token was set. */
export interface RegistryLog {
  /** The receipt in the copies of the package that this token's packument names. Lower-case hex. */
  readonly nonce: string
  /** Every request, oldest first. */
  requests(): readonly RegistryRequest[]
  /** Receipts of the copies handed out to this token: its own, and those that a lock file asked for by name. */
  receipts(): readonly string[]
}

export interface Registry extends RegistryLog, AsyncDisposable {
  /** From now on this token and no other; the log starts anew. The returned log stays readable after the next `setToken`. */
  setToken(token: string): Promise<RegistryLog>
}

export interface RegistryOptions {
  /** A Unix socket to make, open to every user of the machine that can reach its folder: the berth's relay is another user. */
  socketPath?: string
  /** Instead of a socket, for npm on this machine. */
  listen?: ListenOptions
  /** At first there may be none: everything is refused. */
  token?: string
  /** What clients call the registry; tarball addresses begin with it. */
  origin?: string
  clock?: Clock
}

export const REGISTRY_ORIGIN = 'http://registry.lab:4873'
export const PRIVATE_PACKAGE = '@orders/pricing'

const RECEIPT_BYTES = 16
// npm opens up to 15 connections at once; builds and containers of one berth share these.
const MAX_CONNECTIONS = 64
const MAX_HEADER_BYTES = 16 * 1024
const HEADERS_TIMEOUT_MS = 5_000
// Also for slow readers: the tarball has some kilobytes.
const IDLE_TIMEOUT_MS = 10_000
// npm's audit sends the list of packages; nothing that this registry knows takes a body.
const MAX_BODY_BYTES = 1024 * 1024

/** The private registry of one berth. Fails as `listen` does (EADDRINUSE, EACCES); a stale socket file is replaced. */
export async function openRegistry(options: RegistryOptions): Promise<Registry> {
  const { socketPath, origin = REGISTRY_ORIGIN, clock = systemClock } = options
  let current = await open(options.token)

  async function open(token: string | undefined) {
    const nonce = clock.random(RECEIPT_BYTES)
    return {
      nonce,
      token: token === undefined ? undefined : digest(token),
      copy: await packageCopy(nonce),
      log: new RequestLog(),
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { token, copy, nonce, log } = current
    const path = pathOf(request)
    const authorized = token !== undefined && carries(request, token)
    const reply = authorized ? await route(request.method ?? '', path, { copy, nonce, origin }) : UNAUTHORIZED
    log.add({ method: request.method ?? '', path, status: reply.status, authorized })
    if (reply.receipt) log.addReceipt(reply.receipt)
    response.writeHead(reply.status, {
      'content-type': reply.type ?? 'application/json',
      'content-length': reply.body.length,
      ...reply.headers,
    })
    response.end(request.method === 'HEAD' ? undefined : reply.body)
  }

  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: IDLE_TIMEOUT_MS,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      drain(request)
      answer(request, response).catch((error) => response.destroy(error))
    },
  )
  server.maxConnections = MAX_CONNECTIONS
  server.setTimeout(IDLE_TIMEOUT_MS, (socket: Socket) => socket.destroy())
  server.on('clientError', (_error, socket) => socket.destroy())
  if (socketPath) await rm(socketPath, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath ? { path: socketPath } : options.listen, resolve)
  })
  if (socketPath) await chmod(socketPath, 0o666)

  const view = ({ nonce, log }: typeof current): RegistryLog => ({
    nonce,
    requests: () => log.requests(),
    receipts: () => log.receipts(),
  })
  return {
    get nonce() {
      return current.nonce
    },
    requests: () => current.log.requests(),
    receipts: () => current.log.receipts(),
    setToken: async (token) => {
      current = await open(token)
      return view(current)
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

interface Reply {
  status: number
  body: Buffer
  type?: string
  headers?: Record<string, string>
  /** Of the copy that the body is. */
  receipt?: string
}

const json = (status: number, value: unknown, headers?: Record<string, string>): Reply => ({
  status,
  body: Buffer.from(JSON.stringify(value)),
  ...(headers && { headers }),
})
const UNAUTHORIZED = json(
  401,
  { error: 'the token of this registry is missing or wrong' },
  { 'www-authenticate': 'Bearer realm="registry.lab"' },
)

async function route(
  method: string,
  path: string,
  lab: { copy: PackageCopy; nonce: string; origin: string },
): Promise<Reply> {
  if (method !== 'GET' && method !== 'HEAD')
    return json(405, { error: 'this registry can only be read' }, { allow: 'GET, HEAD' })
  if (path === '/-/ping') return json(200, {})
  if (path === '/-/whoami') return json(200, { username: 'learner' })
  const [, rest] = /^\/@orders\/pricing(\/.*)?$/.exec(path) ?? ['', undefined]
  if (rest === undefined && path !== `/${PRIVATE_PACKAGE}`)
    return json(404, { error: 'this registry holds no such package' })
  const release = versionOf(lab)
  if (rest === undefined) return json(200, packumentOf(release))
  if (rest === `/${lab.copy.version}` || rest === '/latest') return json(200, release)
  const tarball = /^\/-\/pricing-1\.0\.0(?:-([0-9a-f]{32}))?\.tgz$/.exec(rest)
  if (!tarball) return json(404, { error: 'this registry holds no such version' })
  const receipt = tarball[1] ?? lab.nonce
  const copy = receipt === lab.nonce ? lab.copy : await packageCopy(receipt)
  return { status: 200, type: 'application/octet-stream', body: copy.tarball, receipt }
}

function versionOf({ copy, nonce, origin }: { copy: PackageCopy; nonce: string; origin: string }) {
  const { name, version, manifest, integrity, shasum } = copy
  return {
    ...manifest,
    _id: `${name}@${version}`,
    dist: { integrity, shasum, tarball: `${origin}/${name}/-/pricing-${version}-${nonce}.tgz` },
  }
}

function packumentOf(release: ReturnType<typeof versionOf>) {
  const { name, version, description } = release as unknown as Record<string, string>
  const published = '2026-01-05T09:00:00.000Z'
  const time = { created: published, modified: published, [version!]: published }
  return {
    _id: name,
    name,
    description,
    'dist-tags': { latest: version },
    versions: { [version!]: release },
    time,
  }
}

/** Without the query; `%2f` between scope and name is how npm writes it. Malformed escapes stay as they are and match nothing. */
function pathOf(request: IncomingMessage): string {
  const path = (request.url ?? '').split('?')[0]!
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function carries(request: IncomingMessage, token: Buffer): boolean {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')
  return bearer !== null && timingSafeEqual(digest(bearer[1]!), token)
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function drain(request: IncomingMessage): void {
  let bytes = 0
  request.on('data', (piece: Buffer) => {
    bytes += piece.length
    if (bytes > MAX_BODY_BYTES) request.socket.destroy()
  })
  request.on('error', () => {})
}
