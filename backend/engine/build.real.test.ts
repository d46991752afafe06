import { PassThrough, type Readable } from 'node:stream'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testEngineSocket } from '../../test/engine.ts'
import { systemClock } from '../clock.ts'
import type { BuildEvent } from '../protocol/messages.ts'
import { type DockerEngine, openEngine } from './open.ts'
import type { BuildRequest } from './port.ts'

let engine: DockerEngine
let tag: string

beforeAll(async () => {
  engine = openEngine({ socketPath: await testEngineSocket() })
  tag = `engine-test-${engine.owner}`
})

afterAll(async () => {
  await engine.reap()
  await engine[Symbol.asyncDispose]()
})

function context(files: Record<string, string>): Readable {
  const tar = pack()
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content)
  tar.finalize()
  return tar.pipe(new PassThrough())
}

async function build(
  lines: string[],
  request: Partial<BuildRequest> & { files?: Record<string, string> } = {},
) {
  const dockerfileText = lines.join('\n')
  const { files, ...rest } = request
  const events: BuildEvent[] = []
  const result = await engine.build({
    context: context({ Dockerfile: dockerfileText, ...files }),
    dockerfileText,
    tag,
    ...rest,
    onEvent: (event) => {
      events.push(event)
      rest.onEvent?.(event)
    },
  })
  const steps = events.filter((event) => event.type === 'step')
  const done = events.filter((event) => event.type === 'step.done')
  const output = events.flatMap((event) => (event.type === 'output' ? event.text : [])).join('')
  const step = (part: string) => {
    const found = steps.find((s) => s.name.includes(part))
    return found && { ...found, done: done.find((d) => d.step === found.step) }
  }
  return { result, events, output, step, steps, done }
}

describe('a build', () => {
  it('gives a labelled image, and its steps with lines, times and output', async () => {
    const salt = systemClock.random(4)
    const lines = [
      'FROM debian:bookworm-slim AS tools',
      `RUN sleep 0.3 && echo héllo ${salt}`,
      '',
      'FROM debian:bookworm-slim',
      'ARG WHAT',
      'USER 1000',
      'COPY --from=tools /etc/passwd /p',
      'COPY data /data',
      'RUN echo $WHAT > /tmp/what',
    ]
    const request = { files: { data: 'x' }, buildArgs: { WHAT: 'a b' }, labels: { mine: 'yes' } }
    const first = await build(lines, request)
    expect(first.result).toMatchObject({ outcome: 'built', imageId: expect.stringMatching(/^sha256:/) })
    expect(first.events[0]).toEqual({ type: 'started' })
    expect(first.events.at(-1)).toMatchObject({ type: 'done', outcome: 'built' })
    expect(first.output).toContain(`héllo ${salt}\n`)
    expect(first.step('RUN sleep')).toMatchObject({ line: 2, done: { cached: false } })
    expect(first.step('RUN sleep')!.done!.ms).toBeGreaterThanOrEqual(300)
    expect(first.step('COPY --from')).toMatchObject({ line: 7 })
    expect(first.step('COPY data')).toMatchObject({ line: 8 })
    expect(first.step('> /tmp/what')).toMatchObject({ line: 9 })
    expect(first.done.length).toBe(first.steps.length)

    const image = await engine.imageInspect(tag)
    expect(image).toMatchObject({ user: '1000', labels: { mine: 'yes', 'dev.drydock': '1' } })
    expect((await engine.runOnce({ image: tag, command: ['cat', '/tmp/what'] })).stdout).toBe('a b\n')

    const again = await build(lines, request)
    expect(again.result).toMatchObject({ outcome: 'built', imageId: image.id })
    expect(again.step('RUN sleep')).toMatchObject({ line: 2, done: { cached: true } })
    const fresh = await build(lines, { ...request, noCache: true })
    expect(fresh.step('RUN sleep')).toMatchObject({ done: { cached: false } })
  })

  it('of one stage stops there', async () => {
    const lines = ['FROM debian:bookworm-slim AS one', 'RUN true', 'FROM one', 'RUN exit 9']
    expect((await build(lines, { target: 'one' })).result.outcome).toBe('built')
    expect((await build(lines)).result.outcome).toBe('failed')
  })
})

describe('secrets', () => {
  it('reach the step that mounts them, and no layer, even late in a build', async () => {
    // BuildKit asks for the session's health every five seconds and drops one that does not answer.
    const lines = [
      'FROM debian:bookworm-slim',
      'RUN sleep 12',
      'RUN --mount=type=secret,id=token sha256sum /run/secrets/token | cut -c1-8',
      'RUN ls /run/secrets/token 2>&1 || true',
    ]
    const token = `token-${systemClock.random(8)}`
    const { result, output } = await build(lines, { secrets: { token }, noCache: true })
    expect(result.outcome).toBe('built')
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
    expect(output).toContain(Buffer.from(digest).toString('hex').slice(0, 8))
    expect(output).not.toContain(token)
    let saved = ''
    for await (const chunk of await engine.save(tag))
      saved = saved.slice(-100) + chunk.toString('latin1').replace(token, 'FOUND-IT')
    expect(saved).not.toContain('FOUND-IT')
  })

  it('of one build are not those of another', async () => {
    // The steps differ: BuildKit runs one step for two builds that ask for the same at the same time.
    const lines = (who: string) => [
      'FROM debian:bookworm-slim',
      `RUN : ${who}; sleep 1`,
      'RUN --mount=type=secret,id=token,required=true cat /run/secrets/token',
    ]
    const both = ['one', 'two'].map((token) => build(lines(token), { secrets: { token }, noCache: true }))
    expect((await Promise.all(both)).map(({ output }) => output)).toEqual(['one', 'two'])
    const { result } = await build(lines('none'), { noCache: true })
    expect(result).toMatchObject({ outcome: 'failed', line: 3, message: expect.stringMatching(/token/) })
  })
})

describe('a Dockerfile at fault', () => {
  it.each([
    [
      'a step that fails',
      ['FROM debian:bookworm-slim', 'ENV A=1', 'RUN echo why; \\', '  exit 3'],
      3,
      /exit code: 3/,
    ],
    ['a file that is not there', ['FROM debian:bookworm-slim', 'COPY nothing /'], 2, /nothing/],
    ['an unknown instruction', ['FROM debian:bookworm-slim', 'RUN true', 'RUM x'], 3, /unknown instruction/],
    ['no FROM', ['RUN true'], undefined, /./],
  ])('%s', async (_name, lines, line, message) => {
    const { result, events } = await build(lines, { noCache: true })
    expect(result).toMatchObject({ outcome: 'failed', message: expect.stringMatching(message) })
    expect(result).toEqual(line ? expect.objectContaining({ line }) : expect.anything())
    expect(events.at(-1)).toMatchObject({
      type: 'done',
      outcome: 'failed',
      code: 'DD_BUILD_FAILED',
      ...(line && { line }),
    })
  })

  it('names the FROM of a base image that cannot be had', async () => {
    const lines = ['FROM debian:bookworm-slim AS a', 'FROM registry.invalid/none', 'COPY --from=a /etc /e']
    const { result } = await build(lines, { timeoutMs: 60_000 })
    expect(result).toMatchObject({ outcome: 'failed', line: 2 })
  })

  it('does not stop the engine from refusing a request', async () => {
    await expect(build(['FROM debian:bookworm-slim'], { tag: 'NOT A TAG' })).rejects.toMatchObject({
      code: 'DD_ENGINE_REFUSED',
    })
  })
})

describe('a build that would not end', () => {
  /** Whether a process with this argument runs anywhere on the engine's host. */
  async function runs(argument: string): Promise<boolean> {
    const search = `grep -la 'sleep.[${argument[0]}]${argument.slice(1)}' /proc/[0-9]*/cmdline | wc -l`
    const probe = {
      image: 'debian:bookworm-slim',
      pid: 'host',
      userns: 'host',
      command: ['sh', '-c', search],
    }
    return (await engine.runOnce(probe)).stdout !== '0\n'
  }
  const seconds = () => `9${Number.parseInt(systemClock.random(4), 16)}`
  const sleeping = (argument: string) => ['FROM debian:bookworm-slim', `RUN echo begun; sleep ${argument}`]

  async function until(condition: () => Promise<boolean>, ms: number): Promise<boolean> {
    for (const end = Date.now() + ms; Date.now() < end; ) if (await condition()) return true
    return false
  }

  it('ends with its signal, and so does its RUN', async () => {
    const argument = seconds()
    const stop = new AbortController()
    let ranBefore = false
    let stopped = 0
    const onEvent = async (event: BuildEvent) => {
      if (event.type !== 'output' || stopped) return
      stopped = Date.now()
      ranBefore = await runs(argument)
      stopped = Date.now()
      stop.abort()
    }
    const { result, events } = await build(sleeping(argument), { signal: stop.signal, onEvent })
    expect(result.outcome).toBe('cancelled')
    expect(Date.now() - stopped).toBeLessThan(500)
    expect(events.at(-1)).toMatchObject({ type: 'done', outcome: 'cancelled' })
    expect(ranBefore).toBe(true)
    expect(await until(async () => !(await runs(argument)), 5000)).toBe(true)
  })

  it('ends with its time', async () => {
    const argument = seconds()
    await expect(build(sleeping(argument), { timeoutMs: 3000 })).rejects.toMatchObject({
      code: 'DD_BUILD_TIMEOUT',
      vars: { seconds: 3 },
    })
    expect(await until(async () => !(await runs(argument)), 5000)).toBe(true)
  })

  it('and prints a gigabyte takes no memory of ours', async () => {
    const before = process.memoryUsage().rss
    const lines = ['FROM debian:bookworm-slim', 'RUN yes drydock | head -c 1000000000; exit 1']
    const { result, output, events } = await build(lines, { noCache: true, maxOutputBytes: 100_000 })
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
    expect(result).toMatchObject({ outcome: 'failed', line: 2 })
    expect(output.length).toBeLessThan(100_200)
    expect(output).toMatch(/\[output clipped, log limit 100000 bytes reached\]\n$/)
    expect(events.length).toBeLessThan(2000)
  })
})

describe('what a build leaves', () => {
  it('is listed: the image, and the builder’s records', async () => {
    const salt = systemClock.random(4)
    const { result } = await build(['FROM debian:bookworm-slim', `RUN : ${salt}`])
    const { imageId } = result as { imageId: string }
    expect(await engine.listImages()).toContainEqual({ id: imageId, tags: [`${tag}:latest`] })
    const records = await engine.buildCache()
    expect(records.filter((record) => record.description.includes(salt)).length).toBeGreaterThan(0)
  })

  it('goes with its owner: named images and those that lost their name', async () => {
    await using owner = openEngine({ socketPath: await testEngineSocket() })
    const first = await build(['FROM debian:bookworm-slim', 'RUN : 1'])
    const second = await build(['FROM debian:bookworm-slim', 'RUN : 2'])
    expect((await owner.reap()).images).toBe(0) // another owner's
    expect((await engine.reap()).images).toBeGreaterThanOrEqual(2)
    const ids = (await engine.listImages()).map((image) => image.id)
    for (const { result } of [first, second])
      expect(ids).not.toContain((result as { imageId: string }).imageId)
    expect(await engine.imageInspect('debian:bookworm-slim')).toBeDefined()
  })
})
