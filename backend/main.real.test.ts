import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { startLauncher } from '../test/launcher.ts'
import type { ServerMessage } from './protocol/messages.ts'

const LESSON = 'ship-without-root/who-am-i'
const SOON = { timeout: 20_000, interval: 20 }

let folder: string
const running: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-main-'))
})
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(folder, { recursive: true, force: true })
})

function spawnMain(...args: string[]): ChildProcess {
  const main = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, [main, '--port', '0', '--data', folder, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DRYDOCK_LOG: 'error' },
  })
  running.push(child)
  return child
}

/** The web process and its address, from its one line on stdout. */
async function start(
  launcher = process.env.DRYDOCK_TEST_LAUNCHER!,
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawnMain('--launcher', launcher)
  child.stderr!.pipe(process.stderr)
  const [line] = await once(createInterface(child.stdout!), 'line')
  return { child, url: JSON.parse(line).listening }
}

async function open(url: string) {
  const cookie = (await fetch(url)).headers.getSetCookie()[0]!.split(';')[0]!
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/lesson?lesson=${LESSON}&lang=en`, {
    headers: { origin: url, cookie },
  })
  const received: ServerMessage[] = []
  socket.on('message', (data, isBinary) => isBinary || received.push(JSON.parse(String(data))))
  socket.on('error', () => {})
  const of = <T extends ServerMessage['type']>(type: T) =>
    received.filter((message) => message.type === type) as Extract<ServerMessage, { type: T }>[]
  await vi.waitFor(() => expect(of('welcome')).toHaveLength(1), SOON)
  let id = 0
  const ask = async (message: object) => {
    const mine = ++id
    socket.send(JSON.stringify({ id: mine, ...message }))
    return vi.waitFor(() => {
      const answer = received.find((one) => 'id' in one && one.id === mine)
      if (!answer) throw new Error('no answer')
      return answer
    }, SOON)
  }
  return { socket, of, ask, welcome: of('welcome')[0]! }
}
const SHELL = { type: 'terminal.open', kind: 'shell', cols: 80, rows: 24 }

test('killed with -9 in the middle of a lesson, started again: nothing that was acknowledged is lost', async () => {
  const first = await start()
  const tab = await open(first.url)
  expect(await tab.ask(SHELL)).toMatchObject({ type: 'ok' })
  expect(
    await tab.ask({ type: 'file.save', path: 'Dockerfile', content: 'FROM mine\n', base: 0 }),
  ).toMatchObject({ revision: 1 })
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')

  const second = await start()
  const again = await open(second.url)
  expect(again.welcome.files.find(({ path }) => path === 'Dockerfile')).toMatchObject({
    content: 'FROM mine\n',
    revision: 1,
    edited: true,
  })
  expect(again.welcome.terminals).toEqual([])
  expect(await again.ask(SHELL)).toMatchObject({ type: 'ok' })
})

test('SIGTERM gives its berths back and ends within five seconds', async () => {
  await using launcher = await startLauncher({ capacity: 2 })
  const { child, url } = await start(launcher.socket)
  const tab = await open(url)
  await tab.ask(SHELL)
  const health = await (await fetch(`${url}/api/health`)).json()
  expect(health).toMatchObject({ ok: true, engine: 'berth', berths: { open: 1 }, sessions: 1 })
  const began = Date.now()
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
  expect(Date.now() - began).toBeLessThan(5_000)
  const other = await start(launcher.socket)
  expect(await (await fetch(`${other.url}/api/health`)).json()).toMatchObject({ berths: { open: 0 } })
})

test('a launcher that died is said; started again, it is used again', async () => {
  const launcher = await startLauncher()
  const { url } = await start(launcher.socket)
  const tab = await open(url)
  await tab.ask(SHELL)
  await launcher.kill('SIGKILL')
  await vi.waitFor(
    () => expect(tab.of('phase').at(-1)).toMatchObject({ phase: 'ended', code: 'DD_LAUNCHER_LOST' }),
    SOON,
  )
  expect((await fetch(`${url}/api/health`)).status).toBe(503)
  expect(await tab.ask({ type: 'berth.renew' })).toMatchObject({ type: 'error', code: 'DD_LAUNCHER_GONE' })
  {
    await using _again = await startLauncher({ data: launcher.data })
    expect(await tab.ask({ type: 'berth.renew' })).toMatchObject({ type: 'ok' })
    expect(await tab.ask(SHELL)).toMatchObject({ type: 'ok' })
    tab.socket.close()
  }
  rmSync(launcher.data, { recursive: true, force: true })
})

test.each([
  [['--launcher', '/nonexistent/socket'], 3, 'DD_LAUNCHER_GONE'],
  [['--prot', '1'], 2, 'DD_CONFIG_FLAG'],
  [['--host', '0.0.0.0'], 2, 'DD_BIND_REFUSED'],
])('%j ends at once with %i and %s', async (args, code, error) => {
  const child = spawnMain(...args)
  let log = ''
  child.stderr!.on('data', (chunk) => (log += chunk))
  expect(await once(child, 'close')).toEqual([code, null])
  expect(log.trim().split('\n').at(-1)).toContain(error)
})
