import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { BuildEvent } from '../protocol/messages.ts'
import { bytes, endless, hangUp, head, hostileEngine, json, type Reply, silent } from './hostile-engine.ts'
import { openEngine } from './open.ts'
import type { BuildRequest } from './port.ts'

const KIB = 1024
const SWITCH = 'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n'
const session: Reply = (socket) => socket.write(SWITCH)
const IMAGE = `sha256:${'b'.repeat(64)}`
const line = (document: unknown) => `${JSON.stringify(document)}\n`
const trace = (protobuf: Buffer) => line({ id: 'moby.buildkit.trace', aux: protobuf.toString('base64') })
const built = line({ id: 'moby.image.id', aux: { ID: IMAGE } })

async function build(replies: Record<string, Reply>, request: Partial<BuildRequest> = {}) {
  await using hostile = await hostileEngine({ 'POST /session': session, ...replies })
  const limits = { answerMs: 1000, buildMs: 2000, lineBytes: 64 * KIB, buildBytes: 512 * KIB }
  const engine = openEngine(hostile, { limits })
  const events: BuildEvent[] = []
  const context = Readable.from([Buffer.alloc(1024)])
  const onEvent = (event: BuildEvent) => events.push(event)
  const result = await engine
    .build({ context, dockerfileText: 'FROM scratch', tag: 'web', onEvent, ...request })
    .catch((error: { code: string }) => error.code)
  return { result, events, context, requests: hostile.requests }
}

describe('a build by an engine that', () => {
  it.each<[string, Record<string, Reply>, string]>([
    ['refuses a session', { 'POST /session': json({ message: 'no' }, 404) }, 'DD_ENGINE_REFUSED'],
    ['answers a session as a document', { 'POST /session': json({}) }, 'DD_ENGINE_ANSWER'],
    ['is silent about the session', { 'POST /session': silent }, 'DD_ENGINE_TIMEOUT'],
    ['hangs up in a session', { 'POST /session': hangUp }, 'DD_ENGINE_GONE'],
    ['never answers', { 'POST /build': silent }, 'DD_BUILD_TIMEOUT'],
    [
      'starts an answer and is silent',
      { 'POST /build': (socket) => socket.write(head()) },
      'DD_BUILD_TIMEOUT',
    ],
    ['refuses', { 'POST /build': json({ message: 'invalid reference format' }, 400) }, 'DD_ENGINE_REFUSED'],
    [
      'dies',
      { 'POST /build': bytes(`${head(200, 'Transfer-Encoding: chunked\r\n')}5\r\n{"id"\r\n`) },
      'DD_ENGINE_GONE',
    ],
    [
      'sends a line without end',
      { 'POST /build': endless(head(), '{"stream":"'.padEnd(KIB, 'x')) },
      'DD_ENGINE_ANSWER',
    ],
    [
      'sends lines without end',
      { 'POST /build': endless(head(), line({ stream: 'x'.repeat(KIB) })) },
      'DD_ENGINE_ANSWER',
    ],
    ['sends what is not JSON', { 'POST /build': bytes(`${head()}hello\n`) }, 'DD_ENGINE_ANSWER'],
    ['sends JSON of another kind', { 'POST /build': bytes(`${head()}[1]\n`) }, 'DD_ENGINE_ANSWER'],
    [
      'sends an error that is none',
      { 'POST /build': bytes(head() + line({ error: { a: 1 } })) },
      'DD_ENGINE_ANSWER',
    ],
    [
      'sends malformed progress',
      { 'POST /build': bytes(head() + trace(Buffer.from('ffffffffffffffffffffff', 'hex'))) },
      'DD_ENGINE_ANSWER',
    ],
    [
      'sends cut progress',
      { 'POST /build': bytes(head() + trace(Buffer.from('0aff', 'hex'))) },
      'DD_ENGINE_ANSWER',
    ],
    [
      'sends progress of another kind',
      { 'POST /build': bytes(head() + line({ id: 'moby.buildkit.trace', aux: {} })) },
      'DD_ENGINE_ANSWER',
    ],
    ['ends without an image', { 'POST /build': bytes(head()) }, 'DD_ENGINE_ANSWER'],
    [
      'lies about the image',
      { 'POST /build': bytes(head() + line({ id: 'moby.image.id', aux: { ID: '../x' } })) },
      'DD_ENGINE_ANSWER',
    ],
  ])('%s', async (_name, replies, expected) => {
    const { result, events, context } = await build(replies)
    expect(result).toBe(expected)
    expect(events[0]).toEqual({ type: 'started' })
    expect(events.at(-1)).toMatchObject({ type: 'done', outcome: 'failed', code: expected })
    expect(context.destroyed).toBe(true)
  })

  it('skips a line that is too long and goes on', async () => {
    const long = line({ stream: 'x'.repeat(300 * KIB) })
    const { result } = await build({ 'POST /build': bytes(head() + long + built) })
    expect(result).toMatchObject({ outcome: 'built', imageId: IMAGE })
  })

  it('talks nonsense in the session', async () => {
    const { result } = await build({
      'POST /session': (socket) => socket.write(`${SWITCH}GET / HTTP/1.1\r\n\r\n`.padEnd(10_000, 'x')),
      'POST /build': bytes(head() + built),
    })
    expect(result).toMatchObject({ outcome: 'built' })
  })

  it('names ever new steps: only so many are told', async () => {
    const vertexes = Array.from({ length: 9000 }, (_, i) => vertex(`sha256:${i}`, `step ${i}`))
    const answer = Array.from({ length: 9 }, (_, i) =>
      trace(Buffer.concat(vertexes.slice(i * 1000, i * 1000 + 1000))),
    )
    const { events } = await build({ 'POST /build': bytes(head() + answer.join('') + built) })
    expect(events.filter((event) => event.type === 'step').length).toBe(5000)
  })

  it('is silent: an abort ends it at once', async () => {
    const began = Date.now()
    const { result, events } = await build({ 'POST /build': silent }, { signal: AbortSignal.timeout(50) })
    expect(result).toMatchObject({ outcome: 'cancelled' })
    expect(events.at(-1)).toMatchObject({ type: 'done', outcome: 'cancelled' })
    expect(Date.now() - began).toBeLessThan(250)
  })
})

describe('refused before the engine hears of it', () => {
  it.each<[string, Partial<BuildRequest>, string]>([
    ['a frontend', { dockerfileText: '# syntax=evil/frontend\nFROM scratch' }, 'DD_BUILD_FRONTEND'],
    ['a frontend by argument', { buildArgs: { BUILDKIT_SYNTAX: 'evil/frontend' } }, 'DD_BUILD_FRONTEND'],
    ['an empty Dockerfile', { dockerfileText: '# nothing\n' }, 'DD_DOCKERFILE_EMPTY'],
    ['a huge Dockerfile', { dockerfileText: `FROM scratch\n#${'x'.repeat(5e6)}` }, 'DD_DOCKERFILE_SIZE'],
  ])('%s', async (_name, request, expected) => {
    const { result, requests, events, context } = await build({}, request)
    expect(result).toBe(expected)
    expect(requests).toEqual([])
    expect(events).toEqual([])
    expect(context.destroyed).toBe(true)
  })
})

/** StatusResponse { vertexes: [{ digest: 1, name: 3, started: 5 {} }] }, written by hand. */
function vertex(digest: string, name: string): Buffer {
  const field = (tag: number, text: string) =>
    Buffer.concat([Buffer.from([tag, text.length]), Buffer.from(text)])
  const body = Buffer.concat([field(0x0a, digest), field(0x1a, name), Buffer.from([0x2a, 0])])
  return Buffer.concat([Buffer.from([0x0a, body.length]), body])
}
