import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { loadLesson, loadSolutions, loadStarter } from '../../lessons/format/load.ts'
import { testBerthHost } from '../../test/berths.ts'
import { agent } from '../agent/client.ts'
import type { Berth, BerthHost } from '../berth/port.ts'
import { systemClock } from '../clock.ts'
import { openEngine } from '../engine/open.ts'
import { Progress } from '../progress/progress.ts'
import { openRegistry } from '../registry/registry.ts'
import { BerthWorkplaces } from './berth-workplace.ts'
import { gradeInBerths } from './grading.ts'
import { RecordedPage } from './recorded-page.fixture.ts'
import { Sessions } from './sessions.ts'

const ROOT_LESSON = 'ship-without-root/who-am-i'
const SECRET_LESSON = 'ship-without-secrets/secret-in-a-layer'
const SHELL = { type: 'terminal.open', kind: 'shell', cols: 120, rows: 30 }

let folder: string
let host: BerthHost
/** All that was opened, by sessions and gradings. */
const berths: Berth[] = []
let progress: Progress
let sessions: Sessions
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-session-'))
  progress = Progress.open(join(folder, 'p.db'), systemClock)
  const real = await testBerthHost()
  host = {
    ...real,
    open: async (options) => {
      const berth = await real.open(options)
      berths.push(berth)
      return berth
    },
  }
  const clock = systemClock
  const open = (socketPath: string) => openEngine({ socketPath }, { clock })
  sessions = new Sessions({
    progress,
    workplaces: new BerthWorkplaces({ host, agent, openEngine: open, openRegistry, clock }),
    grade: gradeInBerths({ host, openEngine: open, clock }),
    loadLesson: async (id) => {
      const loaded = await loadLesson(id)
      return { loaded, starter: await loadStarter(loaded) }
    },
    leaseMs: 60_000,
    clock,
    log: { error: (fields, message) => console.error(message, fields) },
  })
})
afterAll(async () => {
  await sessions[Symbol.asyncDispose]()
  await host[Symbol.asyncDispose]()
  progress[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})

const open = async (lesson: string, learner: string) => {
  const page = new RecordedPage()
  page.tab = await sessions.connect({ learner, lesson, page })
  return page
}
const SOON = { timeout: 30_000, interval: 20 }
const shell = async (page: RecordedPage): Promise<number> => {
  const answer = (await page.ask(SHELL, 10_000)) as { type: string; terminal: number }
  expect(answer.type).toBe('ok')
  await vi.waitFor(() => expect(page.outputs.get(answer.terminal)).toContain('$ '), SOON)
  return answer.terminal
}
let marks = 0
/** What a command typed there prints. */
const run = async (page: RecordedPage, terminal: number, command: string): Promise<string> => {
  const mark = `mark${++marks}`
  const from = page.outputs.get(terminal)!.length
  page.type(terminal, `${command}; echo ${mark.slice(0, 2)}""${mark.slice(2)}\n`)
  await vi.waitFor(() => expect(page.outputs.get(terminal)!.slice(from)).toContain(mark), SOON)
  return page.outputs.get(terminal)!.slice(from)
}
const save = (page: RecordedPage, path: string, content: string) =>
  page.ask({ type: 'file.save', path, content, base: 1_000 })
const builtAndRunning = (page: RecordedPage) =>
  vi.waitFor(() => {
    if (page.of('error').length > 0) throw new Error(JSON.stringify(page.of('error')))
    expect(page.phase).toBe('running')
  }, SOON)

test('a lesson from the break to passed: terminal, Build & Run and Check see the same files', async () => {
  const page = await open(ROOT_LESSON, 'ada')
  const terminal = await shell(page)
  expect(await run(page, terminal, 'pwd; ls')).toMatch(/\/home\/learner\/work[\s\S]*Dockerfile[\s\S]*run\.sh/)

  await page.ask({ type: 'run' })
  await builtAndRunning(page)
  expect(
    await run(
      page,
      terminal,
      'docker exec web whoami; curl -s -o /dev/null -w "%{http_code}\\n" localhost:8080',
    ),
  ).toMatch(/root[\s\S]*200/)
  const inside = (await page.ask({ ...SHELL, kind: 'container' }, 10_000)) as { terminal: number }
  await vi.waitFor(() => expect(page.outputs.get(inside.terminal)).toMatch(/[#$] $/), SOON)
  expect(await run(page, inside.terminal, 'id -u; ls /app')).toMatch(/0[\s\S]*server\.js/)

  await run(page, terminal, 'sed -i "s/^CMD/USER node\\nCMD/" Dockerfile')
  await vi.waitFor(
    () =>
      expect(page.of('file.changed').at(-1)).toMatchObject({
        path: 'Dockerfile',
        by: 'terminal',
        content: expect.stringContaining('USER node'),
      }),
    SOON,
  )

  await page.ask({ type: 'check' })
  await vi.waitFor(() => expect(page.of('check.done').concat(page.of('error') as never[])).toHaveLength(1), {
    ...SOON,
    timeout: 120_000,
  })
  expect(page.of('check.done')[0]?.report).toMatchObject({ lesson: ROOT_LESSON, passed: true })
  expect(progress.standing('ada', ROOT_LESSON)).toMatchObject({ passed: true, attempts: 1 })

  // Closing a terminal ends what it started, also inside a container.
  page.type(inside.terminal, 'sleep 4242\n')
  page.type(terminal, 'sleep 4243 &\n')
  const watcher = await shell(page)
  await vi.waitFor(
    async () => expect(await run(page, watcher, 'ps ax | grep -c "sleep 424[23]"')).toMatch(/^2\r$/m),
    SOON,
  )
  await page.ask({ type: 'terminal.close', terminal: inside.terminal }, 10_000)
  await page.ask({ type: 'terminal.close', terminal }, 10_000)
  await vi.waitFor(
    async () => expect(await run(page, watcher, 'ps ax | grep -c "sleep 424[23]"')).toMatch(/^0\r$/m),
    SOON,
  )

  await page.ask({ type: 'stop' }, 10_000)
  await vi.waitFor(() => expect(page.of('run.exited')).toHaveLength(1), SOON)
})

test('the private package is installed by Build & Run and by the same command typed in the terminal', async () => {
  const page = await open(SECRET_LESSON, 'ada')
  const loaded = await loadLesson(SECRET_LESSON)
  const solution = (await loadSolutions(loaded)).find(({ name }) => name === 'solution')!
  for (const [path, { content }] of solution.files) await save(page, path, content.toString())
  await page.ask({ type: 'run' })
  await builtAndRunning(page)
  const terminal = await shell(page)
  const output = await run(
    page,
    terminal,
    'docker build --no-cache --secret id=npm_token,env=NPM_TOKEN -t typed . > log 2>&1; tail -3 log; docker run --rm typed ls node_modules/@orders',
  )
  expect(output).toMatch(/pricing/)
})

test('Stop ends the RUN step itself, and a berth killed in the middle of a build says so and is replaced', async () => {
  const page = await open(ROOT_LESSON, 'bob')
  const terminal = await shell(page)
  await save(page, 'Dockerfile', 'FROM node:22-slim\nRUN sleep 4244\n')
  const sleeping = () =>
    vi.waitFor(
      async () => expect(await run(page, terminal, 'ps ax | grep -c "sleep 424[4]"')).toMatch(/^[1-9]\r$/m),
      SOON,
    )
  await page.ask({ type: 'run' })
  await sleeping()
  await page.ask({ type: 'stop' })
  await vi.waitFor(
    () => expect(page.of('build').at(-1)?.event).toMatchObject({ type: 'done', outcome: 'cancelled' }),
    SOON,
  )
  await vi.waitFor(
    async () => expect(await run(page, terminal, 'ps ax | grep -c "sleep 424[4]"')).toMatch(/^0\r$/m),
    SOON,
  )

  await page.ask({ type: 'run' })
  await sleeping()
  page.type(terminal, 'docker run --rm --privileged --pid=host node:22-slim sh -c "kill -9 -1"\n')
  await vi.waitFor(() => expect(page.phase).toBe('ended'), SOON)
  expect(page.of('phase').at(-1)).toMatchObject({ code: 'DD_BERTH_DIED' })
  await vi.waitFor(
    () =>
      expect(page.of('build').at(-1)?.event).toMatchObject({
        type: 'done',
        outcome: 'failed',
        code: 'DD_BUILD_INTERRUPTED',
      }),
    SOON,
  )

  expect(await page.ask({ type: 'berth.renew' }, 20_000)).toMatchObject({ type: 'ok' })
  const again = await shell(page)
  expect(await run(page, again, 'cat Dockerfile')).toContain('RUN sleep 4244')
})

test('what cannot be built or run is said with its place, and nothing is lost', async () => {
  const page = await open(ROOT_LESSON, 'eve')
  const failed = async () => {
    const from = page.received.length
    const answer = await page.ask({ type: 'run' })
    if (answer.type === 'error') return answer
    return vi.waitFor(() => {
      const seen = page.received.slice(from)
      const end = seen.find((m) => m.type === 'error' || (m.type === 'build' && m.event.type === 'done'))
      if (!end) throw new Error('not yet')
      return end
    }, SOON)
  }
  await save(page, 'Dockerfile', '')
  expect(await failed()).toMatchObject({ type: 'error', code: expect.stringMatching(/^DD_DOCKERFILE/) })
  await save(page, 'Dockerfile', 'FROM node:22-slim\nRUN exit 7\n')
  expect(await failed()).toMatchObject({ event: { outcome: 'failed', line: 2 } })
  await save(page, 'Dockerfile', 'FROM node:22-slim\nCMD ["node", "-e", "console.log(1); process.exit(3)"]\n')
  await save(page, 'run.sh', 'docker run --frobnicate web\n')
  expect(await failed()).toMatchObject({ type: 'error', vars: { line: 1 } })
  await save(page, 'run.sh', 'docker run --network nowhere web\n')
  await failed()
  await vi.waitFor(() => expect(page.of('error').at(-1)).toMatchObject({ code: 'DD_ENGINE_REFUSED' }), SOON)
  await save(page, 'run.sh', 'docker run --rm web\n')
  await failed()
  await vi.waitFor(() => expect(page.of('run.exited').at(-1)).toMatchObject({ exitCode: 3 }), SOON)
  expect(
    page
      .of('run.output')
      .map(({ text }) => text)
      .join(''),
  ).toContain('1\n')
  await vi.waitFor(() => expect(page.phase).toBe('ready'), SOON)
})

test('stopping the sessions leaves no berth', async () => {
  await sessions[Symbol.asyncDispose]()
  expect(berths.length).toBeGreaterThanOrEqual(5)
  for (const berth of berths) {
    expect((await berth.ended).reason).toMatch(/stopped|died/)
    expect(existsSync(berth.engineSocket)).toBe(false)
  }
})
