import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { leftovers } from '../../test/leftovers.ts'
import { Report } from '../protocol/report.ts'
import { cacheOf, defaultData, ROOT } from './places.ts'

const LESSON = join(ROOT, 'lessons/ship-without-root/who-am-i')
let dir: string
beforeAll(async () => {
  dir = await mkdtemp('/var/tmp/drydock-grade-')
  await cp(join(LESSON, 'starter'), join(dir, 'starter'), { recursive: true })
  await cp(join(LESSON, 'starter'), join(dir, 'fixed'), { recursive: true })
  await cp(join(LESSON, 'solution'), join(dir, 'fixed'), { recursive: true })
})
afterAll(() => rm(dir, { recursive: true }))

/** The command in the folder of the workspaces, with a data folder of its own and the shared cache. */
function drydock(...args: string[]) {
  const cache = cacheOf(process.env.DRYDOCK_DATA || defaultData(process.env), process.env)
  const child = spawn(process.execPath, [join(ROOT, 'bin/drydock.mjs'), ...args], {
    cwd: dir,
    env: { ...process.env, DRYDOCK_DATA: join(dir, 'data'), DRYDOCK_CACHE: cache, LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (said.stdout += chunk))
  child.stderr.on('data', (chunk) => (said.stderr += chunk))
  const ended = new Promise<{ exit: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (exit) => resolve({ exit, ...said })),
  )
  return { child, ended, said }
}

test('the starter fails, as JSON; the solution passes, as text in Japanese', async () => {
  const starter = await drydock('grade', 'who-am-i', 'starter', '--format', 'json').ended
  expect(starter).toMatchObject({ exit: 1 })
  const report = Report.parse(JSON.parse(starter.stdout))
  expect(report).toMatchObject({
    lesson: 'who-am-i',
    passed: false,
    engine: { version: expect.stringMatching(/^20\.10/) },
  })
  const fixed = await drydock(
    'grade',
    'ship-without-root/who-am-i',
    'fixed',
    '--lang',
    'ja',
    '--output',
    'report.txt',
  ).ended
  expect(fixed).toMatchObject({ exit: 0, stdout: '' })
  expect(await readFile(join(dir, 'report.txt'), 'utf8')).toMatch(/4 個のゴールのうち 4 個が合格/)
  expect(await leftovers(join(dir, 'data'))).toEqual([])
})

test('Ctrl-C in the middle of a build leaves nothing', async () => {
  const grading = drydock('grade', 'who-am-i', 'starter')
  await expect.poll(() => grading.said.stderr, { timeout: 60_000, interval: 100 }).toContain('Grading')
  await expect.poll(() => leftovers(join(dir, 'data')), { timeout: 60_000, interval: 100 }).not.toEqual([])
  grading.child.kill('SIGINT')
  expect((await grading.ended).exit).toBe(130)
  expect(await leftovers(join(dir, 'data'))).toEqual([])
})

test.each([
  ['an unknown lesson', ['who-am-l', 'starter'], 'Did you mean who-am-i?'],
  ['a folder that is not there', ['who-am-i', 'nowhere'], 'DD_FOLDER'],
  ['a folder without a Dockerfile', ['who-am-i', 'bare'], 'DD_DOCKERFILE_MISSING'],
  ['an unknown option', ['who-am-i', 'starter', '--fromat', 'json'], 'DD_COMMAND_LINE'],
  ['an unknown format', ['who-am-i', 'starter', '--format', 'xml'], 'DD_COMMAND_LINE'],
  ['no lesson', [], 'DD_COMMAND_LINE'],
  [
    'a report into a folder that is not there',
    ['who-am-i', 'starter', '--output', 'no/where.json'],
    'DD_OUTPUT',
  ],
])('%s is bad input', async (_, args, said) => {
  await cp(join(dir, 'starter/server.js'), join(dir, 'bare/server.js'))
  await writeFile(join(dir, 'bare/run.sh'), 'docker run web')
  const { exit, stdout, stderr } = await drydock('grade', ...args).ended
  expect(stderr).toContain(said)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect([exit, stdout]).toEqual([2, ''])
})
