import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Cgroups } from '../../backend/berth/cgroup.ts'
import { connectBerthHost } from '../../backend/berth/client.ts'
import { openLayout } from '../../backend/berth/layout.ts'
import { startLauncher } from '../launcher.ts'
import type { Bench } from './bench.ts'
import { berthMemory } from './berth-memory.ts'
import { summarize } from './statistics.ts'

const STARTS = 7
const SETTLE_SECONDS = 10
const run = promisify(execFile)

export const berth: Bench = {
  name: 'berth',
  title: 'Berths',
  compared:
    'As the web process sees them, through the launcher’s socket. Start: from asking until the berth’s engine has answered. Memory: ' +
    `${SETTLE_SECONDS} s after the start, nothing running in it: anonymous memory (heaps and stacks of dockerd, containerd, the agent and the two ` +
    'small helpers), tmpfs files and kernel memory charged to the berth’s control group; the page cache, most of it the read-only tree that all ' +
    'berths share, is given back under pressure and told apart. Disk: blocks of the berth’s own image.',
  async run({ quick, progress }) {
    const starts = quick ? 2 : STARTS
    const cold: number[] = []
    const warm: number[] = []
    const stop: number[] = []
    const memory: { idle: number; cache: number }[] = []
    let disk = 0
    {
      await using launcher = await startLauncher({ warm: 0 })
      await using berths = await connectBerthHost({ socketPath: launcher.socket })
      const layout = await openLayout(launcher.data, launcher.data)
      const cgroups = await Cgroups.detect(layout.lab)
      for (let i = 0; i < starts; i++) {
        const { ms, value: one } = await timed(() => berths.open())
        cold.push(ms)
        if (i < 3) {
          await sleep(SETTLE_SECONDS * 1000)
          memory.push(await berthMemory(cgroups, one.id))
          const { stdout } = await run('du', ['--block-size=1', join(layout.diskDir, one.id, 'disk.img')])
          disk = Number.parseInt(stdout, 10)
        }
        stop.push((await timed(() => one.stop())).ms)
        progress(`cold ${ms.toFixed(0)} ms, stop ${stop.at(-1)!.toFixed(0)} ms`)
        await sleep(300)
      }
    }
    {
      await using launcher = await startLauncher({ warm: 1 })
      await using berths = await connectBerthHost({ socketPath: launcher.socket })
      for (let i = 0; i < starts; i++) {
        while ((await berths.status()).warm === 0) await sleep(100)
        const { ms, value: one } = await timed(() => berths.open())
        warm.push(ms)
        await one.stop()
      }
    }
    const mebibytes = (bytes: number) => bytes / 1024 / 1024
    return [
      { what: 'start, cold', value: summarize(cold), unit: 'ms', goal: { atMost: 1500 } },
      { what: 'start, from the warm pool', value: summarize(warm), unit: 'ms' },
      { what: 'stop, nothing left', value: summarize(stop), unit: 'ms' },
      {
        what: 'memory, idle',
        value: summarize(memory.map(({ idle }) => mebibytes(idle))),
        unit: 'MiB',
        goal: { atMost: 60 },
      },
      {
        what: 'page cache charged to it',
        value: summarize(memory.map(({ cache }) => mebibytes(cache))),
        unit: 'MiB',
      },
      { what: 'disk', value: summarize([mebibytes(disk)]), unit: 'MiB' },
    ]
  },
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const began = performance.now()
  const value = await work()
  return { ms: performance.now() - began, value }
}
