import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { systemClock } from '../clock.ts'
import { DrydockError } from '../errors.ts'
import type { Lessons, Page } from '../protocol/connection.ts'
import { encodeFrame, type Frame, FrameKind } from '../protocol/frames.ts'
import { MAX_MESSAGE_BYTES } from '../protocol/limits.ts'
import type { ClientMessage, ServerMessage } from '../protocol/messages.ts'
import { type Server, startServer } from './server.ts'

/** Answers tabs as a session would, and remembers what came through. */
class RecordedLessons implements Lessons {
  sessions = 0
  learners: string[] = []
  messages: ClientMessage[] = []
  frames: Frame[] = []
  closed = 0
  page: Page | undefined
  hold: Promise<void> | undefined
  async connect({ learner, lesson, page }: { learner: string; lesson: string; page: Page }) {
    await this.hold
    if (lesson !== 'c/l') throw new DrydockError('DD_LESSON_UNKNOWN', { lesson })
    this.learners.push(learner)
    this.page = page
    page.send({
      type: 'welcome',
      files: [],
      phase: 'ready',
      engine: 'berth',
      passed: false,
      attempts: 0,
      terminals: [],
    })
    return {
      message: (message: ClientMessage) => {
        this.messages.push(message)
        page.send({ type: 'ok', id: message.id })
      },
      frame: (frame: Frame) => void this.frames.push(frame),
      closed: () => void this.closed++,
    }
  }
}

const PAGE = '<!doctype html><title>lab</title>'
let folder: string
let server: Server
let lessons: RecordedLessons
const current: Lessons = {
  get sessions() {
    return lessons.sessions
  },
  connect: (request) => lessons.connect(request),
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-server-'))
  mkdirSync(join(folder, '_astro'))
  writeFileSync(join(folder, 'index.html'), PAGE)
  writeFileSync(join(folder, '404.html'), 'no such page')
  writeFileSync(join(folder, '_astro/app.0a1b2c.js'), 'plain')
  writeFileSync(join(folder, '_astro/app.0a1b2c.js.br'), brotliCompressSync('packed'))
  server = await startServer({
    host: '127.0.0.1',
    port: 0,
    names: ['lab.example'],
    siteDir: folder,
    cookieKey: 'k'.repeat(64),
    lessons: current,
    progress: (learner) => ({ lessons: [{ lesson: `c/${learner}`, passed: true, attempts: 2 }] }),
    health: async () => ({ ok: true, engine: 'berth', berths: null, sessions: 0 }),
    clock: systemClock,
    log: pino({ enabled: false }),
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  lessons = new RecordedLessons()
})

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  new Promise<Answer>((resolve, reject) => {
    const { port } = new URL(server.url)
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      let body = ''
      answer.on('data', (chunk) => (body += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body }))
    })
    sent.on('error', reject).end()
  })
const code = (answer: Answer) => JSON.parse(answer.body).code

async function cookie(): Promise<string> {
  const set = (await get('/')).headers['set-cookie'] as unknown as string[]
  return set[0]!.split(';')[0]!
}

interface Client {
  socket: WebSocket
  received: ServerMessage[]
  answer(id: number): Promise<ServerMessage>
  closed: Promise<number>
}
async function open(query = 'lesson=c/l', headers: Record<string, string> = {}): Promise<Client> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/api/lesson?${query}`, {
    headers: { origin: server.url, cookie: await cookie(), ...headers },
  })
  const received: ServerMessage[] = []
  socket.on('message', (data) => received.push(JSON.parse(String(data))))
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('unexpected-response', (_, answer) => {
      let body = ''
      answer.on('data', (chunk) => (body += chunk))
      answer.on('end', () => reject(new Error(`${answer.statusCode} ${JSON.parse(body).code}`)))
    })
    socket.on('error', reject)
  })
  const answer = (id: number) =>
    vi.waitFor(() => {
      const found = received.find((message) => 'id' in message && message.id === id)
      if (!found) throw new Error(`no answer ${id}`)
      return found
    })
  return { socket, received, answer, closed }
}

describe('the site', () => {
  test('is served with a strict policy, and pages are asked for anew', async () => {
    const answer = await get('/')
    expect(answer.body).toBe(PAGE)
    expect(answer.headers['cache-control']).toBe('no-cache')
    expect(answer.headers['content-security-policy']).toMatch(/default-src 'none'.*script-src 'self';/)
    expect(answer.headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe/)
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
  })

  test('hashed assets are kept for ever, packed where the browser takes it', async () => {
    const answer = await get('/_astro/app.0a1b2c.js', { 'accept-encoding': 'br' })
    expect(answer.headers['cache-control']).toContain('immutable')
    expect(answer.headers['content-encoding']).toBe('br')
    expect((await get('/_astro/app.0a1b2c.js')).body).toBe('plain')
  })

  test('what is not there is said as a page to people and as JSON to programs', async () => {
    const page = await get('/nothing', { accept: 'text/html' })
    expect([page.status, page.body]).toEqual([404, 'no such page'])
    const json = await get('/api/nothing', { accept: 'text/html', 'accept-language': 'ja,en;q=0.5' })
    expect([json.status, code(json)]).toEqual([404, 'DD_NOT_FOUND'])
    expect(JSON.parse(json.body).what).toContain('何もありません')
  })

  test.each(['/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/_astro/..%5c..%5csecret', '/%00'])(
    'no path leads out of it: %s',
    async (path) => {
      expect((await get(path)).status).toBeGreaterThanOrEqual(400)
    },
  )

  test('progress and health answer', async () => {
    expect(JSON.parse((await get('/api/progress')).body).lessons[0].lesson).toBe('c/local')
    expect(JSON.parse((await get('/api/health')).body).ok).toBe(true)
  })
})

describe('who may ask', () => {
  test.each([
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example:7070', 403],
    ['127.0.0.1@evil.example', 403],
    ['169.254.169.254', 403],
    ['localhost', 200],
    ['LOCALHOST:7070', 200],
    ['[::1]:7070', 200],
    ['lab.example', 200],
  ])('Host %s → %i', async (host, status) => {
    const answer = await get('/', { host })
    expect(answer.status).toBe(status)
    if (status === 403) expect(code(answer)).toBe('DD_HOST_REFUSED')
  })

  test('another origin is refused, a link from elsewhere is not', async () => {
    const host = 'localhost:7070'
    expect(code(await get('/api/progress', { host, origin: 'http://evil.example' }))).toBe(
      'DD_ORIGIN_REFUSED',
    )
    expect(code(await get('/api/progress', { host, origin: 'http://localhost:3000' }))).toBe(
      'DD_ORIGIN_REFUSED',
    )
    expect(code(await get('/api/progress', { host, 'sec-fetch-site': 'cross-site' }))).toBe(
      'DD_ORIGIN_REFUSED',
    )
    expect(code(await get('/api/progress', { host }, 'POST'))).toBe('DD_ORIGIN_REFUSED')
    expect(
      (await get('/', { host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).status,
    ).toBe(200)
    expect((await get('/api/progress', { host, origin: 'http://localhost:7070' })).status).toBe(200)
  })

  test('the cookie is for the server alone, and is given once', async () => {
    const set = String((await get('/')).headers['set-cookie'])
    expect(set).toMatch(/HttpOnly/)
    expect(set).toMatch(/SameSite=Strict/)
    expect((await get('/', { cookie: await cookie() })).headers['set-cookie']).toBeUndefined()
    const forged = (await cookie()).replace('local.', 'other.')
    expect((await get('/', { cookie: forged })).headers['set-cookie']).toBeDefined()
  })
})

describe('the socket', () => {
  test.each([
    [{ origin: 'http://evil.example' }, '403 DD_ORIGIN_REFUSED'],
    [{ origin: 'null' }, '403 DD_ORIGIN_REFUSED'],
    [{ host: 'evil.example', origin: 'http://evil.example' }, '403 DD_HOST_REFUSED'],
    [{ cookie: '' }, '401 DD_SESSION_MISSING'],
    [{ cookie: `drydock=local.${'0'.repeat(32)}.${'0'.repeat(64)}` }, '401 DD_SESSION_MISSING'],
  ])('is refused to %o', async (headers, message) => {
    await expect(open('lesson=c/l', headers as Record<string, string>)).rejects.toThrow(message)
    expect(lessons.learners).toEqual([])
  })

  test('welcomes, answers, and tells when the tab has gone', async () => {
    const { socket, received, answer } = await open()
    socket.send(JSON.stringify({ type: 'run', id: 7 }))
    expect(await answer(7)).toEqual({ type: 'ok', id: 7 })
    expect(received[0]?.type).toBe('welcome')
    expect(lessons.learners).toEqual(['local'])
    socket.terminate()
    await vi.waitFor(() => expect(lessons.closed).toBe(1))
  })

  test('says that a lesson does not exist, and closes', async () => {
    const { received, closed } = await open('lesson=c/none')
    expect(await closed).toBe(1008)
    expect(received).toMatchObject([{ type: 'error', code: 'DD_LESSON_UNKNOWN' }])
  })

  test('what is sent before the session is ready is not lost', async () => {
    const ready = Promise.withResolvers<void>()
    lessons.hold = ready.promise
    const { socket, answer } = await open()
    socket.send(JSON.stringify({ type: 'run', id: 1 }))
    await systemClock.sleep(30)
    expect(lessons.messages).toEqual([])
    ready.resolve()
    expect(await answer(1)).toMatchObject({ type: 'ok' })
  })

  test.each([
    ['not json', undefined],
    ['null', undefined],
    ['[]', undefined],
    ['{"type":"rm -rf","id":3}', 3],
    ['{"type":"file.save","id":4,"path":"a","content":5,"base":0}', 4],
    ['{"type":"terminal.open","id":5,"kind":"shell","cols":1e9,"rows":3}', 5],
    ['{"type":"run","id":-1}', undefined],
    ['{"type":"run","id":"1"}', undefined],
    [Buffer.from([9, 9, 9]), undefined],
    [
      Buffer.from(
        encodeFrame({ kind: FrameKind.Output, terminal: 1, position: 0, payload: new Uint8Array(1) }),
      ),
      undefined,
    ],
  ])('a message that nobody understands is refused, and the next one works: %s', async (message, id) => {
    const { socket, received, answer } = await open()
    socket.send(message)
    socket.send('{"type":"run","id":99}')
    await answer(99)
    const error = received.find((message) => message.type === 'error')
    expect(error).toMatchObject({ code: 'DD_PROTOCOL', ...(id === undefined ? {} : { id }) })
    expect(error && 'id' in error).toBe(id !== undefined)
    expect(lessons.messages).toHaveLength(1)
  })

  test('who only sends rubbish is closed', async () => {
    const { socket, closed } = await open()
    for (let n = 0; n < 100; n++) socket.send('rubbish')
    expect(await closed).toBe(1008)
  })

  test('a message above the limit ends the connection without being read', async () => {
    const { socket, closed } = await open()
    socket.send(
      JSON.stringify({
        type: 'file.save',
        id: 1,
        path: 'a',
        content: 'x'.repeat(MAX_MESSAGE_BYTES),
        base: 0,
      }),
    )
    expect(await closed).toBe(1009)
    expect(lessons.messages).toEqual([])
  })

  test('a burst is fine, a storm is slowed down', async () => {
    const { socket, received, answer } = await open()
    for (let id = 0; id < 250; id++) socket.send(JSON.stringify({ type: 'ping', id }))
    await answer(249)
    const limited = received.filter((message) => message.type === 'error' && message.code === 'DD_RATE_LIMIT')
    expect(limited.length).toBeGreaterThan(20)
    expect(limited.length).toBeLessThan(60)
  })

  test('frames arrive unchanged, both ways', async () => {
    const { socket } = await open()
    const frames: Buffer[] = []
    socket.on('message', (data, isBinary) => isBinary && frames.push(data as Buffer))
    socket.removeAllListeners('message')
    socket.on('message', (data) => frames.push(data as Buffer))
    const bytes = encodeFrame({
      kind: FrameKind.Input,
      terminal: 3,
      position: 0,
      payload: Buffer.from([0xe6, 0xbc]),
    })
    socket.send(bytes)
    await vi.waitFor(() => expect(lessons.frames).toHaveLength(1))
    expect([...lessons.frames[0]!.payload]).toEqual([0xe6, 0xbc])
    let flushed = false
    lessons.page!.sendFrame(bytes, () => (flushed = true))
    await vi.waitFor(() => expect(frames).toHaveLength(1))
    expect(frames[0]!.equals(bytes)).toBe(true)
    expect(flushed).toBe(true)
  })
})

test('a port that is taken is said, with another one', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  const starting = startServer({
    host: '127.0.0.1',
    port,
    names: [],
    siteDir: folder,
    cookieKey: 'k',
    lessons: current,
    progress: () => ({ lessons: [] }),
    health: async () => ({ ok: true, engine: 'berth', berths: null, sessions: 0 }),
    clock: systemClock,
    log: pino({ enabled: false }),
  })
  await expect(starting).rejects.toMatchObject({ code: 'DD_PORT_TAKEN', vars: { port: String(port) } })
  other.close()
})
