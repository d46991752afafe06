import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { loadLesson, loadStarter } from '../../lessons/format/load.ts'
import { systemClock } from '../clock.ts'
import { type DockerEngine, openEngine } from '../engine/open.ts'
import { Progress } from '../progress/progress.ts'
import { GivenWorkplaces, gradeOnGiven } from './given-workplace.ts'
import { RecordedPage } from './recorded-page.fixture.ts'
import { Sessions } from './sessions.ts'

// A berth's engine stands in for the operator's own: what counts is that it is not asked for anything but Docker's API.
const SOON = { timeout: 30_000, interval: 20 }
const ROOT_LESSON = 'ship-without-root/who-am-i'
const SECRET_LESSON = 'ship-without-secrets/secret-in-a-layer'
const SHELL = { type: 'terminal.open', kind: 'shell', cols: 120, rows: 30 }

let folder: string
let progress: Progress
let engine: DockerEngine
let operator: DockerEngine
let sessions: Sessions
const start = () =>
  new Sessions({
    progress,
    workplaces: new GivenWorkplaces(engine, systemClock),
    grade: gradeOnGiven(engine, systemClock),
    loadLesson: async (id) => {
      const loaded = await loadLesson(id)
      return { loaded, starter: await loadStarter(loaded) }
    },
    leaseMs: 60_000,
    clock: systemClock,
    log: { error: (fields, message) => console.error(message, fields) },
  })

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-given-'))
  progress = Progress.open(join(folder, 'p.db'), systemClock)
  const socketPath = process.env.DRYDOCK_TEST_ENGINE!
  engine = openEngine({ socketPath }, { clock: systemClock, owner: systemClock.random(8) })
  operator = openEngine({ socketPath }, { clock: systemClock })
  sessions = start()
})
afterAll(async () => {
  await sessions[Symbol.asyncDispose]()
  await engine.reap()
  await operator.reap()
  for (const one of [engine, operator]) await one[Symbol.asyncDispose]()
  progress[Symbol.dispose]()
  rmSync(folder, { recursive: true, force: true })
})
const open = async (lesson: string) => {
  const page = new RecordedPage()
  page.tab = await sessions.connect({ learner: 'ada', lesson, page })
  return page
}

test('Build & Run, a shell in the container and Check, and nothing of the operator’s is touched', async () => {
  const theirs = await operator.create({ image: 'node:22-slim', name: 'web', command: ['sleep', '300'] })
  await operator.start(theirs)
  const page = await open(ROOT_LESSON)
  expect(page.of('welcome')[0]).toMatchObject({ engine: 'given' })
  expect(await page.ask(SHELL, 5_000)).toMatchObject({ type: 'error', code: 'DD_NO_CONTAINER' })

  await page.ask({ type: 'run' })
  await vi.waitFor(() => expect(page.phase).toBe('running'), SOON)
  const shell = (await page.ask(SHELL, 10_000)) as { terminal: number }
  await vi.waitFor(() => expect(page.outputs.get(shell.terminal)).toMatch(/[#$] $/), SOON)
  page.type(
    shell.terminal,
    'cat /proc/sys/net/ipv4/ip_unprivileged_port_start; sleep 4245 & echo on""wards\n',
  )
  await vi.waitFor(() => expect(page.outputs.get(shell.terminal)).toMatch(/1024[\s\S]*onwards/), SOON)
  const [own] = await engine.listContainers({ labels: { 'dev.drydock.owner': engine.owner } })
  const sleeps = async () => {
    const look = 'cat /proc/[0-9]*/cmdline | tr "\\0" " " | grep -o "sleep 424[5]" | wc -l'
    return (await operator.exec({ id: own!.id }, ['sh', '-c', look])).stdout.trim()
  }
  expect(await sleeps()).toBe('1')
  await page.ask({ type: 'terminal.close', terminal: shell.terminal }, 10_000)
  expect(await sleeps()).toBe('0')

  await page.ask({ type: 'check' })
  await vi.waitFor(() => expect(page.of('check.done')).toHaveLength(1), { ...SOON, timeout: 90_000 })
  expect(page.of('check.done')[0]?.report.goals.map(({ status }) => status)).toEqual([
    'passed',
    'failed',
    'failed',
    'failed',
  ])

  await sessions[Symbol.asyncDispose]()
  expect((await operator.inspect(theirs)).running).toBe(true)
  expect(await engine.listContainers({ labels: { 'dev.drydock.owner': engine.owner }, all: true })).toEqual(
    [],
  )
})

test('what a shared engine is not for is said', async () => {
  sessions = start()
  const secret = await open(SECRET_LESSON)
  expect(await secret.ask({ type: 'run' })).toMatchObject({ code: 'DD_LESSON_NEEDS_BERTH' })
  expect(await secret.ask({ type: 'check' })).toMatchObject({ code: 'DD_LESSON_NEEDS_BERTH' })
  const page = await open(ROOT_LESSON)
  await page.ask({ type: 'file.save', path: 'run.sh', content: 'docker run -v /:/host web\n', base: 9 })
  expect(await page.ask({ type: 'run' })).toMatchObject({ code: 'DD_RUN_FLAG_REFUSED' })
})
