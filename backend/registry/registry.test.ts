import { mkdtemp, rm, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRegistry, packageFiles, type Registry } from './registry.ts'

const TOKEN = 'npm_4a7d1c0b9e8f7a6b5c4d3e2f1a0b9c8d7e6f'
let folder: string
let socketPath: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'registry-'))
  socketPath = join(folder, 'registry.sock')
})
afterEach(() => rm(folder, { recursive: true }))

interface Answer {
  status: number
  body: Buffer
}

function ask(
  path: string,
  options: { token?: string; method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const headers = { ...(options.token && { authorization: `Bearer ${options.token}` }), ...options.headers }
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath, path, method: options.method ?? 'GET', headers },
      async (response) => {
        const body = Buffer.concat(await response.toArray())
        resolve({ status: response.statusCode ?? 0, body })
      },
    )
    asked.on('error', reject)
    asked.end()
  })
}

async function tarballFiles(tarball: Buffer): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for await (const entry of Readable.from([tarball]).pipe(createGunzip()).pipe(extract())) {
    const pieces: Buffer[] = []
    for await (const piece of entry) pieces.push(piece as Buffer)
    files.set(entry.header.name, Buffer.concat(pieces).toString('utf8'))
  }
  return files
}

test('serves the package to its token, and to nobody else', async () => {
  await using registry = await openRegistry({ socketPath, token: TOKEN })
  const packument = await ask('/@orders%2fpricing', { token: TOKEN })
  expect(packument.status).toBe(200)
  const { dist } = JSON.parse(packument.body.toString()).versions['1.0.0']
  const path = new URL(dist.tarball).pathname
  const tarball = await ask(path, { token: TOKEN })
  const files = await tarballFiles(tarball.body)
  expect([...files.keys()]).toEqual(['package/README.md', 'package/index.js', 'package/package.json'])
  expect(files.get('package/index.js')).toBe(packageFiles(registry.nonce).get('index.js')!.toString())
  expect(files.get('package/index.js')).toContain(registry.nonce)
  for (const token of [undefined, '', `${TOKEN}x`, TOKEN.slice(0, -1)]) {
    for (const refused of ['/@orders%2fpricing', path, '/-/whoami', '/express']) {
      expect(
        (await ask(refused, { ...(token !== undefined && { token }) })).status,
        `${refused} with ${token}`,
      ).toBe(401)
    }
  }
})

test('the log tells requests with the token from those without, and which copies were handed out', async () => {
  await using registry = await openRegistry({ socketPath, token: TOKEN })
  await ask('/@orders/pricing')
  expect(registry.requests()).toEqual([
    { method: 'GET', path: '/@orders/pricing', status: 401, authorized: false },
  ])
  expect(registry.receipts()).toEqual([])
  await ask('/@orders/pricing', { token: TOKEN })
  expect(registry.receipts()).toEqual([])
  await ask('/@orders/pricing/-/pricing-1.0.0.tgz', { token: TOKEN })
  expect(registry.requests().filter((one) => one.authorized)).toHaveLength(2)
  expect(registry.receipts()).toEqual([registry.nonce])
})

test('a flood of refused requests does not push out the one that counts', async () => {
  await using registry = await openRegistry({ socketPath, token: TOKEN })
  for (let i = 0; i < 600; i++) await ask(`/${'x'.repeat(400)}`)
  await ask('/@orders/pricing', { token: TOKEN })
  expect(registry.requests()).toHaveLength(501)
  expect(registry.requests().at(-1)).toMatchObject({ authorized: true, status: 200 })
  expect(registry.requests()[0]!.path).toHaveLength(300)
})

test('a new token ends the old one and begins a new log with a new receipt', async () => {
  await using registry = await openRegistry({ socketPath, token: TOKEN })
  const before = registry.nonce
  await ask('/@orders/pricing', { token: TOKEN })
  const log = await registry.setToken('another-token-of-the-next-grading')
  expect(log.nonce).not.toBe(before)
  expect(log.requests()).toEqual([])
  expect((await ask('/@orders/pricing', { token: TOKEN })).status).toBe(401)
  expect((await ask('/@orders/pricing', { token: 'another-token-of-the-next-grading' })).status).toBe(200)
})

test('without a token everything is refused', async () => {
  await using registry = await openRegistry({ socketPath })
  expect((await ask('/@orders/pricing', { token: 'undefined' })).status).toBe(401)
  await registry.setToken(TOKEN)
  expect((await ask('/@orders/pricing', { token: TOKEN })).status).toBe(200)
})

test('a tarball that an older lock file names is the same, byte for byte', async () => {
  const receipt = 'ab'.repeat(16)
  const path = `/@orders/pricing/-/pricing-1.0.0-${receipt}.tgz`
  const first = await withRegistry(() => ask(path, { token: TOKEN }))
  await using registry = await openRegistry({ socketPath, token: TOKEN })
  const second = await ask(path, { token: TOKEN })
  expect(second.body.equals(first.body)).toBe(true)
  expect(second.body.length).toBeGreaterThan(500)
  expect(registry.receipts()).toEqual([receipt])
  expect((await ask('/@orders/pricing/-/pricing-1.0.0-../../../x.tgz', { token: TOKEN })).status).toBe(404)
})

test('nothing can be published, and unknown things are not there', async () => {
  await using _registry = await openRegistry({ socketPath, token: TOKEN })
  expect((await ask('/@orders%2fpricing', { token: TOKEN, method: 'PUT' })).status).toBe(405)
  expect((await ask('/express', { token: TOKEN })).status).toBe(404)
  expect((await ask('/@orders/pricing/2.0.0', { token: TOKEN })).status).toBe(404)
  expect((await ask('/@orders/%zz', { token: TOKEN })).status).toBe(404)
})

test('the socket is open to other users, and gone afterwards; a stale one is replaced', async () => {
  const first = await openRegistry({ socketPath })
  expect((await stat(socketPath)).mode & 0o777).toBe(0o666)
  await first[Symbol.asyncDispose]()
  await expect(stat(socketPath)).rejects.toThrow('ENOENT')
  await rm(socketPath, { force: true })
  await using _second = await openRegistry({ socketPath })
  await using _third = await openRegistry({ socketPath })
  expect((await ask('/-/ping')).status).toBe(401)
})

test('closing does not wait for a client that holds its connection', async () => {
  const registry = await openRegistry({ socketPath, token: TOKEN })
  const socket = connect(socketPath)
  socket.on('error', () => {})
  // The answer comes before the request's body does, and the connection stays in use.
  socket.write('PUT /@orders/pricing HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nx')
  await new Promise((resolve) => socket.once('data', resolve))
  const start = performance.now()
  await registry[Symbol.asyncDispose]()
  expect(performance.now() - start).toBeLessThan(1000)
})

test('a header or a body beyond all measure ends the connection, not the registry', async () => {
  await using _registry = await openRegistry({ socketPath, token: TOKEN })
  await expect(ask('/-/ping', { token: TOKEN, headers: { 'x-long': 'x'.repeat(20_000) } })).rejects.toThrow()
  const sent = await new Promise<number>((resolve) => {
    const upload = request({ socketPath, path: '/@orders/pricing', method: 'PUT' })
    let bytes = 0
    const push = () => {
      bytes += 65536
      upload.write(Buffer.alloc(65536), (error) => !error && setImmediate(push))
    }
    upload.on('error', () => resolve(bytes))
    upload.on('response', (response) => response.resume())
    push()
  })
  expect(sent).toBeLessThan(16 * 1024 * 1024)
  expect((await ask('/-/ping', { token: TOKEN })).status).toBe(200)
})

async function withRegistry<T>(work: (registry: Registry) => Promise<T>): Promise<T> {
  await using registry = await openRegistry({ socketPath, token: TOKEN })
  return await work(registry)
}
