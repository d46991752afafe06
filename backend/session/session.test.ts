import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Clock, systemClock } from '../clock.ts'
import type { BuildRequest, BuildResult, Engine } from '../engine/port.ts'
import { DrydockError } from '../errors.ts'
import { Progress } from '../progress/progress.ts'
import { decodeFrame, encodeFrame, FrameKind } from '../protocol/frames.ts'
import type { Report } from '../protocol/report.ts'
import type { Pty } from '../terminal/pty.ts'
import type { Grade, GradeRequest } from './grading.ts'
import { RecordedPage } from './recorded-page.fixture.ts'
import { Sessions } from './sessions.ts'
import type { Workplace, WorkplaceEnd, Workplaces } from './workplace.ts'

/** A program that repeats what is typed. */
class EchoPty implements Pty {
  #listener: (chunk: Uint8Array) => void = () => {}
  #exited = Promise.withResolvers<number | null>()
  exited = this.#exited.promise
  closed = false
  onOutput(listener: (chunk: Uint8Array) => void) {
    this.#listener = listener
  }
  write(bytes: Uint8Array) {
    this.#listener(Uint8Array.from(bytes))
    return true
  }
  async drained() {}
  resize() {}
  pause() {}
  resume() {}
  async close() {
    this.closed = true
    this.#exited.resolve(null)
  }
}

/** Stands in for a berth: its engine does what the test says, when it says so. */
class TestWorkplace implements Workplace {
  shared = false
  image = 'web'
  container = 'web'
  canary = 'c4n4ry'
  ptys: EchoPty[] = []
  disposed = 0
  calls: string[] = []
  build = Promise.withResolvers<BuildResult>()
  request: BuildRequest | undefined
  exit = Promise.withResolvers<{ exitCode: number }>()
  #ended = Promise.withResolvers<WorkplaceEnd | undefined>()
  ended = this.#ended.promise
  engine = {
    build: (request: BuildRequest) => {
      this.request = request
      request.context.resume()
      request.onEvent?.({ type: 'started' })
      request.signal?.addEventListener('abort', () => this.build.resolve({ outcome: 'cancelled', ms: 1 }))
      return this.build.promise.then(
        (result) => {
          request.onEvent?.({ type: 'done', outcome: result.outcome, ms: 1 })
          return result
        },
        (error: DrydockError) => {
          request.onEvent?.({ type: 'done', outcome: 'failed', ms: 1, code: error.code, vars: error.vars })
          throw error
        },
      )
    },
    create: async (spec: { name: string; image: string }) => ({
      id: `${spec.name}:${this.calls.push(`create ${spec.name} from ${spec.image}`)}`,
    }),
    start: async () => void this.calls.push('start'),
    remove: async ({ id }: { id: string }) => void this.calls.push(`remove ${id}`),
    stop: async () => {
      this.calls.push('stop')
      this.exit.resolve({ exitCode: 137 })
    },
    inspect: async () => ({ ports: [{ container: 8080, host: 80, protocol: 'tcp' }], oomKilled: false }),
    wait: () => this.exit.promise,
    logs: async function* () {
      yield { stream: 'stdout', text: 'listening\n' }
    },
    listContainers: async () => [],
  } as unknown as Engine
  die() {
    this.#ended.resolve({ code: 'DD_BERTH_DIED', vars: { detail: 'killed' } })
    this.build.reject(new DrydockError('DD_ENGINE_GONE', { detail: 'socket hang up' }))
    this.exit.promise.catch(() => {})
    this.exit.reject(new Error('gone'))
  }
  async openShell() {
    const pty = new EchoPty()
    this.ptys.push(pty)
    return pty
  }
  openContainerShell() {
    return this.openShell()
  }
  async [Symbol.asyncDispose]() {
    this.disposed++
    this.#ended.resolve(undefined)
  }
}

let folder: string
let progress: Progress
let places: TestWorkplace[]
let openings: Promise<void>[]
let grading: { request: GradeRequest; result: PromiseWithResolvers<Report> } | undefined
let sleeping: { ms: number; wake(): void }[]
let sessions: Sessions
const clock: Clock = {
  now: systemClock.now,
  random: systemClock.random,
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      sleeping.push({ ms, wake: resolve })
      signal?.addEventListener('abort', () => reject(signal.reason))
    }),
}
const workplaces: Workplaces = {
  kind: 'berth',
  open: async ({ queued }) => {
    const wait = openings.shift()
    if (wait) queued(1)
    await wait
    const place = new TestWorkplace()
    places.push(place)
    return place
  },
}
const grade: Grade = (request) => {
  const result = Promise.withResolvers<Report>()
  grading = { request, result }
  request.signal.addEventListener('abort', () => result.reject(request.signal.reason))
  return result.promise
}
const LEASE_MS = 900_000
const start = () =>
  new Sessions({
    progress,
    workplaces,
    grade,
    leaseMs: LEASE_MS,
    clock,
    log: { error: (fields) => console.error(fields) },
    loadLesson: async (id) => {
      if (id !== 'c/l' && id !== 'c/other') throw new DrydockError('DD_LESSON_UNKNOWN', { lesson: id })
      const text = (content: string) => ({ content: Buffer.from(content), mode: 0o644 })
      return {
        loaded: {
          id,
          name: 'l',
          courseId: 'c',
          dir: '',
          lesson: { files: ['Dockerfile'], goals: [] },
        } as never,
        starter: new Map([
          ['Dockerfile', text('FROM scratch\nCOPY token /@@CANARY@@\n')],
          ['run.sh', text('docker run -d -p 80:8080 web\n')],
        ]),
      }
    },
  })
const open = async (lesson = 'c/l', learner = 'local') => {
  const page = new RecordedPage()
  page.tab = await sessions.connect({ learner, lesson, page })
  return page
}
const running = async (page: RecordedPage) => {
  await page.ask({ type: 'run' })
  await vi.waitFor(() => expect(places.at(-1)?.request).toBeDefined())
  places.at(-1)!.build.resolve({ outcome: 'built', imageId: 'sha256:1', ms: 1 })
  await vi.waitFor(() => expect(page.phase).toBe('running'))
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-session-'))
  progress = Progress.open(join(folder, 'p.db'), systemClock)
  places = []
  openings = []
  sleeping = []
  grading = undefined
  sessions = start()
})
afterEach(async () => {
  await sessions[Symbol.asyncDispose]()
  progress[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})

describe('files', () => {
  test('are told to the other tab and are there after a restart', async () => {
    const [one, two] = [await open(), await open()]
    expect(
      await one.ask({ type: 'file.save', path: 'Dockerfile', content: 'FROM x\n', base: 0 }),
    ).toMatchObject({ type: 'ok', revision: 1 })
    expect(one.of('file.changed')).toEqual([])
    expect(two.of('file.changed')).toMatchObject([
      { path: 'Dockerfile', content: 'FROM x\n', revision: 1, by: 'tab' },
    ])
    await two.ask({ type: 'file.save', path: 'Dockerfile', content: 'FROM y\n', base: 0 })
    expect(one.of('file.changed')).toMatchObject([{ content: 'FROM y\n', lost: 'FROM x\n' }])
    expect(two.of('file.changed').at(-1)).toMatchObject({ content: 'FROM y\n', lost: 'FROM x\n' })

    await sessions[Symbol.asyncDispose]()
    sessions = start()
    const later = await open()
    expect(later.of('welcome')[0]?.files[0]).toMatchObject({ content: 'FROM y\n', revision: 2, edited: true })
    expect((await open('c/other')).of('welcome')[0]?.files[0]?.revision).toBe(0)
    expect((await open('c/l', 'bob')).of('welcome')[0]?.files[0]?.revision).toBe(0)
  })

  test('a refused save says why and changes nothing', async () => {
    const page = await open()
    expect(await page.ask({ type: 'file.save', path: '../x', content: '', base: 0 })).toMatchObject({
      type: 'error',
      code: 'DD_PATH',
    })
  })

  test('a reset is told to every tab', async () => {
    const [one, two] = [await open(), await open()]
    await one.ask({ type: 'file.save', path: 'Dockerfile', content: 'FROM x\n', base: 0 })
    await one.ask({ type: 'workspace.reset' })
    for (const page of [one, two]) {
      expect(page.of('file.changed').at(-1)).toMatchObject({ by: 'reset', lost: 'FROM x\n', revision: 2 })
    }
  })
})

describe('Build & Run', () => {
  test('builds with the canary, runs, tells both tabs, stops', async () => {
    const [one, two] = [await open(), await open()]
    await running(one)
    const [place] = places
    expect(place!.request).toMatchObject({
      tag: 'web',
      secrets: { npm_token: 'c4n4ry' },
      buildArgs: { NPM_TOKEN: 'c4n4ry' },
      dockerfileText: 'FROM scratch\nCOPY token /c4n4ry\n',
    })
    expect(place!.calls).toEqual(['remove web', 'create web from web', 'start'])
    for (const page of [one, two]) {
      expect(page.of('phase').map(({ phase }) => phase)).toEqual(['starting', 'building', 'running'])
      expect(page.of('run.started')[0]).toMatchObject({
        container: 'web',
        command: 'docker run -d -p 80:8080 web',
        ports: [{ container: 8080, host: 80 }],
      })
      await vi.waitFor(() =>
        expect(
          page
            .of('run.output')
            .map(({ text }) => text)
            .join(''),
        ).toBe('listening\n'),
      )
    }
    await two.ask({ type: 'stop' })
    await vi.waitFor(() =>
      expect(one.of('run.exited')).toEqual([{ type: 'run.exited', exitCode: 137, oomKilled: false }]),
    )
    expect(one.phase).toBe('ready')
    expect(await one.ask({ type: 'stop' })).toMatchObject({ code: 'DD_NOTHING_TO_STOP' })
  })

  test('a run.sh that is none is refused before anything is built', async () => {
    const page = await open()
    await page.ask({ type: 'file.save', path: 'run.sh', content: '# nothing\nrm -rf /\n', base: 0 })
    expect(await page.ask({ type: 'run' })).toMatchObject({
      code: 'DD_RUN_COMMAND',
      vars: { file: 'run.sh', line: 2 },
    })
    expect(places).toEqual([])
  })

  test('one thing at a time, and Stop cancels the build', async () => {
    const page = await open()
    await page.ask({ type: 'run' })
    expect(await page.ask({ type: 'run' })).toMatchObject({ code: 'DD_BUSY', vars: { activity: 'building' } })
    expect(await page.ask({ type: 'check' })).toMatchObject({ code: 'DD_BUSY' })
    await vi.waitFor(() => expect(places[0]?.request).toBeDefined())
    await page.ask({ type: 'stop' })
    await vi.waitFor(() => expect(page.phase).toBe('ready'))
    expect(page.of('build').at(-1)?.event).toMatchObject({ type: 'done', outcome: 'cancelled' })
    expect(page.of('error').map(({ code }) => code)).toEqual(['DD_BUSY', 'DD_BUSY'])
    expect(places[0]!.calls).toEqual([])
  })

  test('a failed build leaves the container that runs', async () => {
    const page = await open()
    await running(page)
    places[0]!.build = Promise.withResolvers()
    await page.ask({ type: 'run' })
    expect(page.phase).toBe('building')
    places[0]!.build.resolve({ outcome: 'failed', message: 'no', output: '', ms: 1 })
    await vi.waitFor(() => expect(page.phase).toBe('running'))
    expect(places[0]!.calls).toHaveLength(3)
  })

  test('the end of the container that a new one replaces is no news', async () => {
    const page = await open()
    await running(page)
    const [place] = places
    const { exit } = place!
    place!.build = Promise.withResolvers()
    place!.engine.remove = async () => exit.resolve({ exitCode: 137 })
    place!.exit = Promise.withResolvers()
    await page.ask({ type: 'run' })
    place!.build.resolve({ outcome: 'built', imageId: 'sha256:2', ms: 1 })
    await vi.waitFor(() => expect(page.of('run.started')).toHaveLength(2))
    await systemClock.sleep(20)
    expect(page.of('run.exited')).toEqual([])
    expect(page.phase).toBe('running')
  })

  test('a berth that dies in the middle of a build says so, and another one has the same files', async () => {
    const page = await open()
    await page.ask({ type: 'file.save', path: 'Dockerfile', content: 'FROM mine\n', base: 0 })
    await page.ask({ type: 'terminal.open', kind: 'shell', cols: 80, rows: 24 })
    await page.ask({ type: 'run' })
    await vi.waitFor(() => expect(places[0]?.request).toBeDefined())
    places[0]!.die()
    await vi.waitFor(() => expect(page.phase).toBe('ended'))
    expect(page.of('phase').at(-1)).toMatchObject({ code: 'DD_BERTH_DIED', vars: { detail: 'killed' } })
    await vi.waitFor(() =>
      expect(page.of('build').at(-1)?.event).toMatchObject({
        type: 'done',
        outcome: 'failed',
        code: 'DD_BUILD_INTERRUPTED',
      }),
    )
    await vi.waitFor(() => expect(page.of('terminal.exited')).toHaveLength(1))
    expect(places[0]!.ptys[0]!.closed).toBe(true)
    expect(places[0]!.disposed).toBe(1)
    expect(await page.ask({ type: 'terminal.open', kind: 'shell', cols: 80, rows: 24 })).toMatchObject({
      code: 'DD_BERTH_DIED',
    })

    await page.ask({ type: 'berth.renew' })
    expect(page.phase).toBe('ready')
    await running(page)
    expect(places[1]!.request!.dockerfileText).toBe('FROM mine\n')
  })

  test('the place in the queue is told while all berths are in use', async () => {
    const free = Promise.withResolvers<void>()
    openings.push(free.promise)
    const page = await open()
    await page.ask({ type: 'run' })
    expect(page.of('phase').at(-1)).toMatchObject({ phase: 'waiting', position: 1 })
    expect((await open()).of('phase').at(-1)).toMatchObject({ phase: 'waiting', position: 1 })
    free.resolve()
    await vi.waitFor(() => expect(page.phase).toBe('building'))
  })

  test('a tab that was reloaded sees what was built meanwhile', async () => {
    const page = await open()
    await running(page)
    page.tab.closed()
    const again = await open()
    expect(again.of('welcome')[0]?.phase).toBe('running')
    expect(again.received.map(({ type }) => type)).toEqual([
      'welcome',
      'build',
      'build',
      'run.started',
      'run.output',
    ])
  })
})

describe('Check', () => {
  const report = (passed: boolean): Report => ({
    lesson: 'c/l',
    passed,
    goals: [],
    engine: { version: '1' },
    seconds: 1,
  })

  test('grades the files as they are, is kept, and does not need the learner’s berth', async () => {
    const page = await open()
    await page.ask({ type: 'check' })
    expect(page.phase).toBe('checking')
    expect(places).toEqual([])
    grading!.request.onEvent({ type: 'started', goals: [{ id: 'g', kind: 'k' }] })
    grading!.result.resolve(report(true))
    await vi.waitFor(() => expect(page.of('check.done')[0]?.report.passed).toBe(true))
    expect(page.of('check.started')[0]?.goals).toEqual([{ id: 'g', kind: 'k' }])
    await vi.waitFor(() => expect(page.phase).toBe('ready'))
    expect((await open()).of('welcome')[0]).toMatchObject({
      passed: true,
      attempts: 1,
      lastReport: report(true),
    })
    expect((await open('c/l', 'bob')).of('welcome')[0]).toMatchObject({ passed: false, attempts: 0 })
  })

  test('stopped is no attempt; the lab’s fault is said and is none either', async () => {
    const page = await open()
    await page.ask({ type: 'check' })
    await page.ask({ type: 'stop' })
    await vi.waitFor(() => expect(page.phase).toBe('ready'))
    expect(page.of('error')).toEqual([])
    await page.ask({ type: 'check' })
    grading!.result.reject(new DrydockError('DD_BERTH_FULL', { capacity: 1 }))
    await vi.waitFor(() => expect(page.of('error')).toMatchObject([{ code: 'DD_BERTH_FULL' }]))
    expect(progress.standing('local', 'c/l').attempts).toBe(0)
  })

  test('a container that runs meanwhile is still there afterwards', async () => {
    const page = await open()
    await running(page)
    await page.ask({ type: 'check' })
    expect(page.phase).toBe('checking')
    grading!.result.resolve(report(false))
    await vi.waitFor(() => expect(page.phase).toBe('running'))
  })
})

describe('terminals', () => {
  const shell = { type: 'terminal.open', kind: 'shell', cols: 80, rows: 24 }
  const input = (terminal: number, text: string) =>
    decodeFrame(encodeFrame({ kind: FrameKind.Input, terminal, position: 0, payload: Buffer.from(text) }))!

  test('are numbered for each tab, and come back after a reload with their screen', async () => {
    const page = await open()
    const opened = (await page.ask(shell)) as { terminal: number; name: string }
    expect(opened).toMatchObject({ type: 'ok', terminal: 1 })
    page.tab.frame(input(1, 'echo hello'))
    await vi.waitFor(() => expect(page.output).toBe('echo hello'))
    page.tab.closed()

    const again = await open()
    expect(again.of('welcome')[0]?.terminals).toEqual([{ name: opened.name, kind: 'shell' }])
    await again.ask({ ...shell, resume: opened.name })
    await vi.waitFor(() =>
      expect(again.of('terminal.opened')[0]).toMatchObject({
        position: 10,
        screen: expect.stringContaining('echo hello'),
      }),
    )
    expect(places[0]!.ptys).toHaveLength(1)
    await again.ask({ type: 'terminal.close', terminal: 1 })
    expect(places[0]!.ptys[0]!.closed).toBe(true)
    expect(again.of('terminal.exited')).toHaveLength(1)
    expect((await open()).of('welcome')[0]?.terminals).toEqual([])
  })

  test('of another session or another tab are refused', async () => {
    const mine = await open()
    const { name } = (await mine.ask(shell)) as { name: string }
    for (const other of [await open('c/other'), await open('c/l', 'bob')]) {
      expect(await other.ask({ ...shell, resume: name })).toMatchObject({
        type: 'error',
        code: 'DD_NOT_YOURS',
      })
      expect(await other.ask({ type: 'terminal.close', terminal: 1 })).toMatchObject({ code: 'DD_NOT_YOURS' })
      other.tab.frame(input(1, 'rm -rf /'))
      expect(other.of('error').at(-1)).toMatchObject({ code: 'DD_NOT_YOURS' })
    }
    expect(mine.output).toBe('')
    expect(places).toHaveLength(1)
  })

  test('one that is gone is opened anew; there are eight at most', async () => {
    const page = await open()
    for (let n = 1; n <= 8; n++)
      expect(await page.ask({ ...shell, resume: 'f'.repeat(32) })).toMatchObject({ terminal: n })
    expect(await page.ask(shell)).toMatchObject({ code: 'DD_TERMINAL_LIMIT' })
  })

  test('of eight, the oldest whose tab was closed makes room', async () => {
    const [gone, page] = [await open(), await open()]
    const { name: oldest } = (await gone.ask(shell)) as { name: string }
    gone.tab.closed()
    for (let n = 1; n <= 8; n++) expect(await page.ask(shell)).toMatchObject({ type: 'ok', terminal: n })
    expect((await page.ask({ ...shell, resume: oldest })) as object).toMatchObject({
      code: 'DD_TERMINAL_LIMIT',
    })
  })

  test('an acknowledgement of what was never sent is refused', async () => {
    const page = await open()
    await page.ask(shell)
    page.tab.frame({ kind: FrameKind.Ack, terminal: 1, position: 5, payload: new Uint8Array() })
    expect(page.of('error')).toMatchObject([{ code: 'DD_PROTOCOL' }])
  })

  test('a shell in a container needs one', async () => {
    const page = await open()
    expect(await page.ask({ ...shell, kind: 'container' })).toMatchObject({ code: 'DD_NO_CONTAINER' })
    await running(page)
    expect(await page.ask({ ...shell, kind: 'container' })).toMatchObject({ type: 'ok' })
  })
})

describe('the lease', () => {
  const lease = () => sleeping.findLast(({ ms }) => ms === LEASE_MS)

  test('gives the berth back some time after the last tab closed', async () => {
    const [one, two] = [await open(), await open()]
    await one.ask({ type: 'terminal.open', kind: 'shell', cols: 80, rows: 24 })
    one.tab.closed()
    expect(lease()).toBeUndefined()
    two.tab.closed()
    expect(places[0]!.disposed).toBe(0)
    lease()!.wake()
    await vi.waitFor(() => expect(places[0]!.disposed).toBe(1))
    expect(places[0]!.ptys[0]!.closed).toBe(true)
    expect(sessions.sessions).toBe(0)
  })

  test('goes on for a tab that comes back', async () => {
    const one = await open()
    await one.ask({ type: 'terminal.open', kind: 'shell', cols: 80, rows: 24 })
    one.tab.closed()
    await open()
    lease()!.wake()
    await systemClock.sleep(5)
    expect(places[0]!.disposed).toBe(0)
  })

  test('stopping the lab gives every berth back and refuses new tabs', async () => {
    const [one, other] = [await open(), await open('c/other')]
    for (const page of [one, other])
      await page.ask({ type: 'terminal.open', kind: 'shell', cols: 80, rows: 24 })
    await sessions[Symbol.asyncDispose]()
    expect(places.map(({ disposed }) => disposed)).toEqual([1, 1])
    await expect(open()).rejects.toMatchObject({ code: 'DD_STOPPING' })
  })
})

test('a lesson that does not exist is refused', async () => {
  await expect(open('c/none')).rejects.toMatchObject({ code: 'DD_LESSON_UNKNOWN' })
})
