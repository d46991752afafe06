import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PRIVATE_MOUNTS } from '../backend/berth/private-mounts.ts'

/** Where the baked images are; `npm test` bakes them before the first test. */
export const CACHE = process.env.DRYDOCK_CACHE ?? '/var/lib/drydock/cache'

export interface TestLauncher extends AsyncDisposable {
  socket: string
  data: string
  pid: number
  /** Names of the berths that it found left over when it started. */
  reaped: string[]
  kill(signal: NodeJS.Signals): Promise<void>
}

/** A launcher of its own, in its own mount namespace and data directory. `data` keeps an earlier one's directory. */
export async function startLauncher(
  options: { data?: string; warm?: number; capacity?: number } = {},
): Promise<TestLauncher> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'drydock-test-')))
  const socket = join(data, 'launcher.sock')
  const [program, ...prefix] = PRIVATE_MOUNTS
  const script = join(import.meta.dirname, '../backend/berth/launcher.ts')
  const words = ['--data', data, '--cache', CACHE, '--socket', socket, '--warm', String(options.warm ?? 0)]
  if (options.capacity) words.push('--capacity', String(options.capacity))
  const child = spawn(program, [...prefix, process.execPath, script, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await exited
  }
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => ['{"error":{"code":"ended","vars":{}}}']),
  ])) as [string]
  const said = JSON.parse(line) as { ready?: boolean; reaped?: string[]; error?: { code: string } }
  if (!said.ready) throw new Error(`the launcher did not start: ${line}`)
  return {
    socket,
    data,
    pid: child.pid!,
    reaped: said.reaped ?? [],
    kill,
    async [Symbol.asyncDispose]() {
      await kill('SIGTERM')
      if (!options.data) await rm(data, { recursive: true, force: true })
    },
  }
}
