import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { HIGH_WATERMARK_BYTES } from '../../backend/protocol/frames.ts'
import type { Bench } from './bench.ts'
import type { PageTerminal } from './lesson-page.ts'
import { summarize } from './statistics.ts'

const TERMINALS = 8
const SECONDS = 60
const WARM_UP_SECONDS = 5
const SETTLE_MS = 3000

export const memory: Bench = {
  name: 'memory',
  title: 'A client that stops reading',
  compared:
    `Resident memory of the web process (RssAnon of /proc/PID/status) while ${TERMINALS} terminals run \`yes\` and nobody takes their output in, ` +
    `over what it was while the same terminals were idle, ÷ ${TERMINALS}. Half of them belong to a page that does not read its socket at all, half ` +
    `to one that reads and never acknowledges. Before, ${TERMINALS} ` +
    `others were flooded and read for ${WARM_UP_SECONDS} s and closed: V8 has compiled what it needs and its young generation has its size.`,
  async run({ lab, quick, progress }) {
    const at = await lab()
    const [deaf, mute] = await Promise.all([at.newPage(), at.newPage()])
    await using _deaf = deaf
    await using _mute = mute
    const openAll = async () => {
      const all: PageTerminal[] = []
      for (let i = 0; i < TERMINALS; i++) all.push(await (i % 2 ? deaf : mute).openTerminal('shell'))
      return all
    }
    const read = await openAll()
    for (const terminal of read) terminal.write('yes\n')
    await sleep(WARM_UP_SECONDS * 1000)
    for (const [i, { number }] of read.entries())
      await (i % 2 ? deaf : mute).ask({ type: 'terminal.close', terminal: number })
    const terminals = await openAll()
    await sleep(SETTLE_MS)
    const before = await anonymousMebibytes(at.webPid)
    let received = 0
    for (const terminal of terminals) {
      terminal.acknowledges = false
      terminal.onOutput = (chunk) => {
        received += chunk.length
      }
      terminal.write('yes\n')
    }
    deaf.socket.pause()
    const growth: number[] = []
    for (let second = 0; second < (quick ? 10 : SECONDS); second++) {
      await sleep(1000)
      growth.push(((await anonymousMebibytes(at.webPid)) - before) / TERMINALS)
      if (second % 10 === 9) progress(`${second + 1} s: ${growth.at(-1)!.toFixed(2)} MiB`)
    }
    if (received < (TERMINALS / 2) * HIGH_WATERMARK_BYTES)
      throw new Error(`only ${received} bytes came: that was no flood`)
    return [
      { what: 'over the whole time, each', value: summarize(growth), unit: 'MiB' },
      { what: 'at most, each', value: summarize([Math.max(...growth)]), unit: 'MiB', goal: { atMost: 2 } },
      { what: 'at the end, each', value: summarize([growth.at(-1)!]), unit: 'MiB', goal: { atMost: 2 } },
      { what: 'the process before', value: summarize([before]), unit: 'MiB' },
    ]
  },
}

async function anonymousMebibytes(pid: number): Promise<number> {
  const kibibytes = /^RssAnon:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) / 1024
}
