import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testEngineSocket } from '../../test/engine.ts'
import { type DockerEngine, openEngine } from './open.ts'
import type { ContainerRef, ContainerSpec } from './port.ts'

const IMAGE = 'debian:bookworm-slim'
let engine: DockerEngine

beforeAll(async () => {
  engine = openEngine({ socketPath: await testEngineSocket() })
})

afterAll(async () => {
  await engine.reap()
  await engine[Symbol.asyncDispose]()
})

const shell = (script: string, spec: Partial<ContainerSpec> = {}): ContainerSpec => ({
  image: IMAGE,
  command: ['sh', '-c', script],
  init: true,
  stopTimeout: 0,
  ...spec,
})

async function started(spec: ContainerSpec): Promise<ContainerRef & AsyncDisposable> {
  const container = await engine.create(spec)
  await engine.start(container)
  return { ...container, [Symbol.asyncDispose]: () => engine.remove(container) }
}

async function text(container: ContainerRef, follow: boolean) {
  const out = { stdout: '', stderr: '' }
  for await (const line of engine.logs(container, { follow })) out[line.stream] += line.text
  return out
}

it('tells its version', async () => {
  const { version, apiVersion, os } = await engine.version()
  expect(version).toMatch(/^\d+\.\d+/)
  expect(apiVersion).toMatch(/^1\.\d+$/)
  expect(os).toBe('linux')
})

describe('a container', () => {
  it('is created, started, looked at, waited for and removed', async () => {
    const name = `engine-test-${engine.owner}`
    await using container = await started(
      shell('read line; echo out $A; echo err >&2; exit 7', {
        name,
        openStdin: true,
        env: ['A=b'],
        user: '1000:1000',
        capDrop: ['ALL'],
        readOnly: true,
        ports: [{ container: 8080, protocol: 'tcp', hostIp: '127.0.0.1' }],
      }),
    )
    const facts = await engine.inspect(container)
    expect(facts).toMatchObject({ id: container.id, name, running: true, oomKilled: false })
    expect(facts.pid).toBeGreaterThan(0)
    expect(facts.ip).toMatch(/^\d+\./)
    expect(facts.ports).toEqual([{ container: 8080, protocol: 'tcp', host: expect.any(Number) }])
    expect(facts.imageId).toBe((await engine.imageInspect(IMAGE)).id)
    const status = await engine.exec(container, [
      'sh',
      '-c',
      'grep -E "^(Uid|CapBnd)" /proc/1/status; touch /x',
    ])
    expect(status.stdout).toMatch(/Uid:\s+1000\s+1000\s+1000\s+1000\nCapBnd:\s+0{16}\n/)
    expect(status.stderr).toMatch(/Read-only file system/)

    const [summary] = await engine.listContainers({ names: [name] })
    expect(summary).toMatchObject({
      id: container.id,
      running: true,
      labels: { 'dev.drydock.owner': engine.owner },
    })
    expect(await engine.listContainers({ names: [name.slice(0, -1)] })).toEqual([])

    await engine.start(container) // again is fine
    const waiting = engine.wait(container)
    await engine.stop(container, 0)
    expect((await waiting).exitCode).toBeGreaterThan(128)
    await engine.stop(container, 0)
    expect((await engine.inspect(container)).running).toBe(false)
    await engine.remove(container)
    await engine.remove(container) // missing is fine
    await expect(engine.inspect(container)).rejects.toMatchObject({
      code: 'DD_ENGINE_REFUSED',
      vars: { status: 404 },
    })
  })

  it('is refused in the engine’s words', async () => {
    await expect(engine.create({ image: 'no/such:image' })).rejects.toMatchObject({
      code: 'DD_ENGINE_REFUSED',
      vars: { detail: expect.stringMatching(/no such image/i), status: 404 },
    })
    await expect(engine.create(shell('true', { capAdd: ['NOT_A_CAP'] }))).rejects.toMatchObject({
      code: 'DD_ENGINE_REFUSED',
    })
  })

  it('has its two streams told apart, followed and afterwards', async () => {
    await using container = await started(shell('echo out; echo err >&2; printf "日本\\n"; exit 3'))
    const expected = { stdout: 'out\n日本\n', stderr: 'err\n' }
    expect(await text(container, true)).toEqual(expected)
    expect(await engine.wait(container)).toEqual({ exitCode: 3 })
    expect(await text(container, false)).toEqual(expected)
  })

  it('with a tty has one stream', async () => {
    await using container = await started(shell('echo out; echo err >&2', { tty: true }))
    expect(await text(container, true)).toEqual({ stdout: 'out\r\nerr\r\n', stderr: '' })
  })

  it('that never ends: the signal ends the wait and the logs, not the container', async () => {
    await using container = await started(shell('echo on; sleep 60'))
    await expect(engine.wait(container, AbortSignal.timeout(200))).rejects.toThrow(/timeout/)
    const signal = AbortSignal.timeout(200)
    const following = (async () => {
      for await (const _ of engine.logs(container, { follow: true, signal }));
    })()
    await expect(following).rejects.toThrow(/timeout/)
    expect((await engine.inspect(container)).running).toBe(true)
  })

  it('leaves no volume behind', async () => {
    const name = `engine-test-${engine.owner}`
    await using container = await started(
      shell('echo kept > /data/file; sleep 60', { binds: [`${name}:/data`] }),
    )
    await engine.remove(container)
    expect((await engine.runOnce(shell('cat /data/file', { binds: [`${name}:/data`] }))).stdout).toBe(
      'kept\n',
    )
    await engine.removeVolume(name)
    await engine.removeVolume(name) // missing is fine
  })
})

describe('a process', () => {
  it('has its output cut, and its exit code told', async () => {
    await using container = await started(shell('sleep 60'))
    const output = await engine.exec(container, ['sh', '-c', 'yes | head -c 3000000; echo no >&2; exit 5'], {
      maxBytes: 6,
    })
    expect(output).toEqual({ exitCode: 5, stdout: 'y\ny\ny\n', stderr: 'no\n', truncated: true })
    expect((await engine.exec(container, ['id', '-u'], { user: '1234' })).stdout).toBe('1234\n')
    expect([126, 127]).toContain((await engine.exec(container, ['no-such-program'])).exitCode)
  })

  it('runs once, with a namespace of another container, and is gone', async () => {
    await using target = await started(shell('sleep 60', { user: '1000' }))
    const output = await engine.runOnce(
      shell('grep ^Uid /proc/1/status; exit 4', { pid: `container:${target.id}`, init: false }),
    )
    expect(output).toEqual({
      exitCode: 4,
      stdout: 'Uid:\t1000\t1000\t1000\t1000\n',
      stderr: '',
      truncated: false,
    })
    const own = await engine.listContainers({ labels: { 'dev.drydock.owner': engine.owner }, all: true })
    expect(own.map((container) => container.id)).toEqual([target.id])
  })

  it('that never ends is ended with its container', async () => {
    await expect(engine.runOnce(shell('sleep 60'), { timeoutMs: 1500 })).rejects.toMatchObject({
      code: 'DD_ENGINE_TIMEOUT',
    })
    await expect(engine.runOnce(shell('sleep 60'), { signal: AbortSignal.timeout(1000) })).rejects.toThrow(
      /timeout/,
    )
    await expect(engine.runOnce({ image: IMAGE, command: ['/no/such'] })).rejects.toMatchObject({
      code: 'DD_ENGINE_REFUSED',
    })
    expect(await engine.listContainers({ labels: { 'dev.drydock.owner': engine.owner }, all: true })).toEqual(
      [],
    )
  })

  it('that prints for ever takes no memory of ours', async () => {
    const limits = { processBytes: 256 * 1024 * 1024 }
    await using patient = openEngine({ socketPath: await testEngineSocket() }, { limits })
    const before = process.memoryUsage().rss
    const output = await patient.runOnce(shell('exec yes'))
    expect(output).toMatchObject({ exitCode: -1, truncated: true })
    expect(output.stdout.length).toBe(1024 * 1024)
    expect(process.memoryUsage().rss - before).toBeLessThan(limits.processBytes / 2)
  })
})

describe('an image', () => {
  it('is described', async () => {
    const image = await engine.imageInspect('node:22-slim')
    expect(image).toMatchObject({ user: '', cmd: ['node'], tags: expect.arrayContaining(['node:22-slim']) })
    expect(image.layers.length).toBeGreaterThan(0)
    expect(image.env.join()).toContain('PATH=')
    const history = await engine.history('node:22-slim')
    expect(history.filter((line) => line.sizeBytes > 0).length).toBeGreaterThan(0)
    await expect(engine.imageInspect('no/such:image')).rejects.toMatchObject({ vars: { status: 404 } })
  })

  it('is saved as a tar and loaded again', async () => {
    const names: string[] = []
    const reader = extract()
    reader.on('entry', (header, stream, next) => {
      names.push(header.name)
      stream.resume()
      stream.on('end', next)
    })
    await pipeline(await engine.save(IMAGE), reader)
    expect(names).toContain('manifest.json')
    expect(await engine.load(await engine.save(IMAGE))).toEqual([IMAGE])
  })

  it('save stops with its signal', async () => {
    const stop = new AbortController()
    const stream = await engine.save(IMAGE, stop.signal)
    const sink = new Writable({
      write(_chunk, _encoding, done) {
        stop.abort(new Error('enough'))
        done()
      },
    })
    await expect(pipeline(stream, sink)).rejects.toThrow('enough')
  })
})

it('copies files out of a container', async () => {
  await using container = await started(shell('sleep 60'))
  const names: string[] = []
  const reader = extract()
  reader.on('entry', (header, stream, next) => {
    names.push(header.name)
    stream.resume()
    stream.on('end', next)
  })
  await pipeline(await engine.copyFrom(container, '/etc/hostname'), reader)
  expect(names).toEqual(['hostname'])
  await expect(engine.copyFrom(container, '/no/such')).rejects.toMatchObject({ vars: { status: 404 } })
})

it('reaps what is its own and nothing else', async () => {
  const socketPath = await testEngineSocket()
  await using other = openEngine({ socketPath })
  const theirs = await other.create(shell('sleep 60'))
  const ours = await engine.create(shell('sleep 60', { binds: [`engine-reap-${engine.owner}:/data`] }))
  const reaped = await engine.reap()
  expect(reaped).toMatchObject({ containers: 1, volumes: 1 })
  await expect(engine.inspect(ours)).rejects.toMatchObject({ vars: { status: 404 } })
  expect(await engine.inspect(theirs)).toMatchObject({ id: theirs.id })
  expect(await other.reap()).toMatchObject({ containers: 1 })
})
