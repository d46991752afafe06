import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { testEngineSocket } from '../../test/engine.ts'
import type { Pty } from '../terminal/pty.ts'
import { type DockerEngine, openEngine } from './open.ts'
import type { ContainerRef } from './port.ts'

let engine: DockerEngine
let container: ContainerRef
beforeAll(async () => {
  engine = openEngine({ socketPath: await testEngineSocket() })
  container = await engine.create({
    image: 'debian:bookworm-slim',
    command: ['sleep', 'infinity'],
    init: true,
  })
  await engine.start(container)
})
afterAll(async () => {
  await engine.reap()
  await engine[Symbol.asyncDispose]()
})

const SOON = { timeout: 20_000, interval: 20 }
const open = async (...argv: string[]) => {
  const pty = await engine.openTerminal(container, argv, { env: ['MARK=here'], cols: 91, rows: 17 })
  const seen = { text: '' }
  pty.onOutput((chunk) => {
    seen.text += Buffer.from(chunk)
  })
  return { pty, seen }
}
const type = (pty: Pty, text: string) => pty.write(Buffer.from(text))

it('a terminal in a container: its size, its environment, its exit code', async () => {
  const { pty, seen } = await open('bash', '--norc')
  await vi.waitFor(() => expect(seen.text).toContain('# '), SOON)
  type(pty, 'stty size; echo $MARK; exit 7\n')
  expect(await pty.exited).toBe(7)
  expect(seen.text).toMatch(/17 91\r\nhere\r\n/)
})

it('what is typed after a resize meets the new size', async () => {
  const { pty, seen } = await open('bash', '--norc')
  await vi.waitFor(() => expect(seen.text).toContain('# '), SOON)
  for (let cols = 100; cols < 110; cols++) {
    pty.resize(cols, 20)
    type(pty, 'stty size\n')
    await pty.drained()
    await vi.waitFor(() => expect(seen.text).toContain(`20 ${cols}\r\n`), SOON)
  }
  await pty.close()
})

it('Ctrl-P reaches the program at once, and followed by Ctrl-Q too', async () => {
  const { pty, seen } = await open('sh', '-c', 'stty raw -echo; echo READY; exec cat -v')
  await vi.waitFor(() => expect(seen.text).toContain('READY'), SOON)
  type(pty, '\x10')
  await vi.waitFor(() => expect(seen.text).toContain('^P'), SOON)
  type(pty, '\x11')
  await vi.waitFor(() => expect(seen.text).toContain('^Q'), SOON)
  await pty.close()
  expect(await pty.exited).toBeNull()
})

it('a paused terminal stops its program; a container that is not there is refused', async () => {
  const { pty, seen } = await open('sh', '-c', 'exec cat /dev/zero | tr "\\0" z')
  await vi.waitFor(() => expect(seen.text.length).toBeGreaterThan(100_000), SOON)
  pty.pause()
  await new Promise((resolve) => setTimeout(resolve, 300))
  const { length } = seen.text
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(seen.text.length).toBe(length)
  pty.resume()
  await vi.waitFor(() => expect(seen.text.length).toBeGreaterThan(length), SOON)
  await pty.close()
  const gone = engine.openTerminal({ id: 'no-such-container' }, ['sh'], { cols: 80, rows: 24 })
  await expect(gone).rejects.toMatchObject({ code: 'DD_ENGINE_REFUSED', vars: { status: 404 } })
})
