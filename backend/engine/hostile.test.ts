import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  bytes,
  endless,
  frame,
  hangUp,
  head,
  hostileEngine,
  json,
  type Reply,
  silent,
  trickling,
} from './hostile-engine.ts'
import { openEngine } from './open.ts'

const KIB = 1024
const ID = 'a'.repeat(64)
const QUICK = {
  answerMs: 600,
  idleMs: 150,
  processMs: 300,
  answerBytes: 64 * KIB,
  streamBytes: 256 * KIB,
  processBytes: 64 * KIB,
}

const code = (expected: string) => expect.objectContaining({ code: expected })

async function withEngine(replies: Record<string, Reply>) {
  const hostile = await hostileEngine(replies)
  return {
    hostile,
    engine: openEngine(hostile, { limits: QUICK }),
    [Symbol.asyncDispose]: () => hostile[Symbol.asyncDispose](),
  }
}

describe('an engine that lies about its version', () => {
  const cases: [string, Reply, string][] = [
    ['says nothing', silent, 'DD_ENGINE_TIMEOUT'],
    ['hangs up', hangUp, 'DD_ENGINE_GONE'],
    ['hangs up in the middle', bytes(`${head(200, 'Content-Length: 100\r\n')}{"Ver`), 'DD_ENGINE_GONE'],
    ['speaks another protocol', bytes('SSH-2.0-OpenSSH_9.2\r\n'), 'DD_ENGINE_ANSWER'],
    [
      'sends endless headers',
      endless('HTTP/1.1 200 OK\r\n', `X-A: ${'a'.repeat(1000)}\r\n`),
      'DD_ENGINE_ANSWER',
    ],
    ['sends an endless document', endless(head(), ' '.repeat(10 * KIB)), 'DD_ENGINE_ANSWER'],
    ['sends an endless refusal', endless(head(500), 'x'.repeat(10 * KIB)), 'DD_ENGINE_ANSWER'],
    ['sends a byte now and then', trickling(head(), ' '), 'DD_ENGINE_TIMEOUT'],
    [
      'sends informational answers for ever',
      trickling('', 'HTTP/1.1 102 Processing\r\n\r\n'),
      'DD_ENGINE_TIMEOUT',
    ],
    ['sends what is not JSON', bytes(`${head()}<html>`), 'DD_ENGINE_ANSWER'],
    ['sends nothing', bytes(head()), 'DD_ENGINE_ANSWER'],
    ['sends null', json(null), 'DD_ENGINE_ANSWER'],
    ['sends other types', json({ Version: 20, ApiVersion: {} }), 'DD_ENGINE_ANSWER'],
    [
      'sends a path for its API version',
      json({ Version: '1', ApiVersion: '1.41/../..' }),
      'DD_ENGINE_ANSWER',
    ],
    ['is too old', json({ Version: '17', ApiVersion: '1.29' }), 'DD_ENGINE_OLD'],
    [
      'upgrades unasked',
      bytes('HTTP/1.1 101 X\r\nUpgrade: tcp\r\nConnection: Upgrade\r\n\r\n'),
      'DD_ENGINE_ANSWER',
    ],
    ['answers with a strange status', json({}, 299 + 300), 'DD_ENGINE_REFUSED'],
  ]
  it.each(cases)('%s', async (_name, reply, expected) => {
    await using lab = await withEngine({ 'GET /version': reply })
    await expect(lab.engine.version()).rejects.toEqual(code(expected))
  })

  it('is not there', async () => {
    await expect(openEngine({ socketPath: '/nowhere/docker.sock' }).version()).rejects.toEqual(
      code('DD_ENGINE_GONE'),
    )
  })

  it('is asked again after it failed', async () => {
    let first = true
    const reply: Reply = (socket, line) => {
      if (!first) return json({ Version: '1', ApiVersion: '1.41' })(socket, line)
      first = false
      socket.destroy()
    }
    await using lab = await withEngine({ 'GET /version': reply })
    await expect(lab.engine.version()).rejects.toEqual(code('DD_ENGINE_GONE'))
    expect(await lab.engine.version()).toMatchObject({ version: '1' })
  })
})

it('a redirect is not followed, wherever it leads', async () => {
  let visited = 0
  const inner = createServer((_request, response) => {
    visited++
    response.end('{}')
  })
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
  const { port } = inner.address() as AddressInfo
  for (const location of [`http://127.0.0.1:${port}/`, 'gopher://x/', 'http://127.0.0.1:1/']) {
    await using lab = await withEngine({
      'GET /images/': bytes(head(302, `Location: ${location}\r\nContent-Length: 0\r\n`)),
    })
    await expect(lab.engine.imageInspect('web')).rejects.toEqual(code('DD_ENGINE_ANSWER'))
    await turn()
  }
  inner.close()
  expect(visited).toBe(0)
})

describe('names that would reach another path', () => {
  it.each([
    'web/../../containers/json?all=1',
    'web/../../containers',
    'web?x=1',
    '',
    '-x',
    'a b',
    '\r\nHost: x',
  ])('image %j', async (name) => {
    await using lab = await withEngine({})
    await expect(lab.engine.imageInspect(name)).rejects.toEqual(code('DD_ENGINE_REFUSED'))
    await expect(lab.engine.inspect({ id: name })).rejects.toEqual(code('DD_ENGINE_REFUSED'))
    expect(lab.hostile.requests).toEqual([])
  })
})

describe('a refusal', () => {
  it('carries the engine’s words and status', async () => {
    await using lab = await withEngine({ 'GET /images/': json({ message: 'no such image: web' }, 404) })
    const error = await lab.engine.imageInspect('web').catch((e) => e)
    expect(error.vars).toEqual({ detail: 'no such image: web', status: 404 })
  })

  it('cannot drive the terminal it is shown in', async () => {
    await using lab = await withEngine({
      'GET /images/': json({ message: `\u001b]0;owned\u0007\u009b2J${'x'.repeat(9000)}` }, 500),
    })
    const { vars } = await lab.engine.imageInspect('web').catch((e) => e)
    expect(vars.detail).toMatch(/^]0;owned2Jx+$/)
    expect(vars.detail.length).toBeLessThan(4001)
  })
})

describe('a container that is not what was asked for', () => {
  it.each([null, [], {}, { Id: '../x' }, { Id: 1 }])('created as %j', async (answer) => {
    await using lab = await withEngine({ 'POST /containers/create': json(answer, 201) })
    await expect(lab.engine.create({ image: 'web' })).rejects.toEqual(code('DD_ENGINE_ANSWER'))
  })

  it.each([
    null,
    { Id: ID, State: 'x' },
    { Id: ID, Name: 'a', Image: 'b', State: { Running: true, ExitCode: 0, Pid: 1 } },
  ])('inspected as %j', async (answer) => {
    await using lab = await withEngine({ 'GET /containers/': json(answer) })
    await expect(lab.engine.inspect({ id: ID })).rejects.toEqual(code('DD_ENGINE_ANSWER'))
  })

  it.each([null, {}, { StatusCode: 'zero' }])('waited for as %j', async (answer) => {
    await using lab = await withEngine({ 'POST /containers/': json(answer) })
    await expect(lab.engine.wait({ id: ID })).rejects.toEqual(code('DD_ENGINE_ANSWER'))
  })

  it('never ends, and the signal ends the wait', async () => {
    await using lab = await withEngine({ 'POST /containers/': silent })
    const reason = new Error('enough')
    await expect(lab.engine.wait({ id: ID }, AbortSignal.timeout(100))).rejects.toThrow(/timeout/)
    await expect(lab.engine.wait({ id: ID }, AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})

describe('lists that are none', () => {
  it.each([null, {}, [{ Id: 'x' }], 'x', { BuildCache: [1] }])('%j', async (answer) => {
    await using lab = await withEngine({ 'GET /images/': json(answer), 'GET /containers/': json(answer) })
    await expect(lab.engine.listImages()).rejects.toEqual(code('DD_ENGINE_ANSWER'))
    await expect(lab.engine.listContainers()).rejects.toEqual(code('DD_ENGINE_ANSWER'))
    await expect(lab.engine.history('web')).rejects.toEqual(code('DD_ENGINE_ANSWER'))
    await expect(lab.engine.imageInspect('web')).rejects.toEqual(code('DD_ENGINE_ANSWER'))
    await expect(lab.engine.reap()).rejects.toEqual(code('DD_ENGINE_ANSWER'))
  })

  it('an engine that lists things of others as ours does not make us remove them', async () => {
    await using lab = await withEngine({
      'GET /containers/': json([{ Id: ID, Labels: { 'dev.drydock': '1', 'dev.drydock.owner': 'somebody' } }]),
      'GET /images/': json([{ Id: `sha256:${ID}`, Labels: { 'dev.drydock': '1' } }]),
      'GET /volumes': json({ Volumes: [{ Name: 'data', Labels: null }] }),
    })
    expect(await lab.engine.reap()).toEqual({ containers: 0, images: 0, volumes: 0 })
    expect(lab.hostile.requests.filter((request) => request.startsWith('DELETE'))).toEqual([])
  })
})

describe('streams', () => {
  const inspect = json({ Config: { Tty: false } })
  async function readLogs(reply: Reply, follow = false) {
    await using lab = await withEngine({
      'GET /containers/aaaa/json': inspect,
      'GET /containers/aaaa/logs': reply,
    })
    let characters = 0
    for await (const line of lab.engine.logs({ id: 'aaaa' }, { follow })) characters += line.text.length
    return characters
  }

  it.each<[string, Reply, string]>([
    ['malformed frames', bytes(`${head()}GET / HTTP/1.1 not frames`), 'DD_ENGINE_ANSWER'],
    ['frames that never end', endless(head(), frame(1, 4000, 'x'.repeat(4000))), 'DD_ENGINE_ANSWER'],
    [
      'one frame of 4 GiB',
      endless(head() + frame(1, 0xffffff).toString('latin1'), 'x'.repeat(4000)),
      'DD_ENGINE_ANSWER',
    ],
    ['silence', (socket) => socket.write(head()), 'DD_ENGINE_TIMEOUT'],
    [
      'a frame cut short',
      bytes(Buffer.concat([Buffer.from(head(200, 'Content-Length: 99\r\n')), frame(1, 50, 'x')])),
      'DD_ENGINE_GONE',
    ],
  ])('logs: %s', async (_name, reply, expected) => {
    await expect(readLogs(reply)).rejects.toEqual(code(expected))
  })

  it('a save that stops in the middle, and one without end', async () => {
    await using stopped = await withEngine({
      'GET /images/web/get': (socket) => socket.write(`${head()}part`),
    })
    await expect((await stopped.engine.save('web')).toArray()).rejects.toEqual(code('DD_ENGINE_TIMEOUT'))
    await using long = await withEngine({ 'GET /images/web/get': endless(head(), 'x'.repeat(KIB)) })
    await expect((await long.engine.save('web')).toArray()).rejects.toEqual(code('DD_ENGINE_ANSWER'))
  })

  it('an exec without end, and one whose exit code never comes', async () => {
    const replies = {
      'POST /containers/': json({ Id: ID }, 201),
      'GET /exec/': json({ Running: true, ExitCode: null }),
    }
    await using long = await withEngine({ ...replies, 'POST /exec/': endless(head(), frame(1, 4, 'yes\n')) })
    const output = await long.engine.exec({ id: ID }, ['yes'], { maxBytes: 8 })
    expect(output).toEqual({ exitCode: -1, stdout: 'yes\nyes\n', stderr: '', truncated: true })
    await using undecided = await withEngine({ ...replies, 'POST /exec/': bytes(head()) })
    await expect(undecided.engine.exec({ id: ID }, ['true'])).rejects.toEqual(code('DD_ENGINE_TIMEOUT'))
  })

  it('a probe whose engine goes silent is removed and reported', async () => {
    await using lab = await withEngine({
      'POST /containers/create': json({ Id: ID }, 201),
      'POST /containers/': silent,
      'DELETE /containers/': json({}),
    })
    await expect(lab.engine.runOnce({ image: 'probe' })).rejects.toEqual(code('DD_ENGINE_TIMEOUT'))
    expect(lab.hostile.requests.at(-1)).toMatch(/^DELETE \/v1.41\/containers\/aaaa/)
  })

  it('closing the engine ends what still runs', async () => {
    await using lab = await withEngine({ 'POST /containers/': silent })
    const waiting = lab.engine.wait({ id: ID })
    await lab.engine.version()
    await lab.engine[Symbol.asyncDispose]()
    await expect(waiting).rejects.toEqual(code('DD_ENGINE_GONE'))
  })
})
