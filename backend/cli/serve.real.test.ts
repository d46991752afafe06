import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startLab } from '../../test/lab.ts'
import { leftovers } from '../../test/leftovers.ts'
import { confine, confinedEnv, seenFrom } from './confined.ts'
import { ROOT, runPlaces } from './places.ts'

let data: string
beforeAll(async () => {
  data = await mkdtemp('/var/tmp/drydock-serve-')
})
afterAll(() => rm(data, { recursive: true }))

const start = (...args: string[]) =>
  spawnSync(process.execPath, [join(ROOT, 'bin/start.mjs'), ...args], { encoding: 'utf8', timeout: 60_000 })

/** The process whose words contain all of these. */
async function processWith(...words: string[]): Promise<string> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (words.every((word) => line.includes(word))) return pid
  }
  throw new Error(`no process with ${words.join(' ')}`)
}

test('the lab serves, its web process can do nothing as root, and a stop leaves nothing', async () => {
  await using lab = await startLab({ data })
  const health = (await (await fetch(`${lab.url}/api/health`)).json()) as { ok: boolean }
  expect(health.ok).toBe(true)
  const page = await fetch(lab.url)
  expect(page.status).toBe(200)

  const web = await processWith('backend/main.ts', runPlaces(data).launcherSocket)
  const status = await readFile(`/proc/${web}/status`, 'utf8')
  expect(status).toMatch(/^Uid:\t(?!0\t)(\d+)\t\1\t\1\t\1$/m)
  for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
    expect(status).toMatch(new RegExp(`^${set}:\t0+$`, 'm'))
  expect(status).toMatch(/^NoNewPrivs:\t1$/m)

  const { port } = new URL(lab.url)
  const second = start('--port', port, '--data', `${data}-other`)
  expect([second.status, second.stderr]).toEqual([3, expect.stringContaining('DD_PORT_TAKEN')])
  const twin = start('--port', '0', '--data', data)
  expect([twin.status, twin.stderr]).toEqual([3, expect.stringContaining('DD_ALREADY_RUNNING')])
  expect(twin.stderr).not.toMatch(/^\s+at /m)

  expect(await lab.stop()).toBe(0)
  expect(await leftovers(data)).toEqual([])
  expect(existsSync(runPlaces(data).dir)).toBe(false)
  await expect(fetch(lab.url)).rejects.toThrow()
})

test('killed hard, it takes everything with it, and starts again on the same data', async () => {
  const killed = await startLab({ data })
  await killed.kill()
  await expect.poll(() => leftovers(data), { timeout: 15_000 }).toEqual([])
  await using again = await startLab({ data })
  expect((await fetch(again.url)).status).toBe(200)
})

test.each([
  [['--port', '80'], 'DD_PORT_FORBIDDEN', 2],
  [['--port', 'x'], 'DD_CONFIG_VALUE', 2],
  [['--host', '0.0.0.0'], 'DD_BIND_REFUSED', 2],
  [['--prot', '1'], 'DD_CONFIG_FLAG', 2],
  [['--data', '/proc/nowhere', '--port', '0'], 'DD_DATA_FOLDER', 2],
] as const)('%j is %s', (args, code, exit) => {
  const { status, stderr } = start(...args)
  expect(stderr).toContain(code)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(status).toBe(exit)
})

test('without root it says the ways that work', async () => {
  const app = await mkdtemp('/var/tmp/drydock-app-')
  const argv = [seenFrom(app, realpathSync(process.execPath)), 'bin/start.mjs']
  const bindings = [{ from: ROOT, to: app, readOnly: true }]
  const [program, ...words] = confine(argv, { account: { uid: 65534, gid: 65534 }, bindings, cwd: app })
  const env = confinedEnv({ LANG: 'C.UTF-8' }, '/nonexistent')
  const { status, stderr } = spawnSync(program!, words, { encoding: 'utf8', env })
  await rmdir(app)
  expect(stderr).toContain('DD_NO_BERTHS')
  for (const way of ['sudo npm start', 'docker compose up', '--engine']) expect(stderr).toContain(way)
  expect(status).toBe(3)
})
