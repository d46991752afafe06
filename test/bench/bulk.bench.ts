import { runInBerth } from '../../backend/agent/client.ts'
import type { Bench } from './bench.ts'
import { inContainer } from './container.ts'
import { openDockerExec } from './docker-exec.ts'
import type { PageTerminal } from './lesson-page.ts'
import { interleave, pairedRatio, summarize } from './statistics.ts'

const BYTES = 64 * 1024 * 1024
const ROUNDS = 7
const FILE = '/tmp/bench' // in the page cache once it is written
/** Lines as a log has them, 79 characters long. */
const FILL = `awk 'BEGIN { for (i = 0; i < ${BYTES / 1024 / 81}; i++) for (j = 0; j < 1024; j++) printf "%08d GET /orders/4711 200 12 ms the quick brown fox jumps over the lazy dog ... ok\\r\\n", i * 1024 + j }' | head -c ${BYTES} > ${FILE}`
const CAT = `stty raw -echo; echo READY; while read -r _; do cat ${FILE}; done`

export const bulk: Bench = {
  name: 'bulk',
  title: 'Bulk output',
  compared:
    `\`cat\` of a 64 MiB log file in the container, from the newline that starts it to its last byte. Ours: in Output frames at a WebSocket client that ` +
    'acknowledges what it took in; the web server meanwhile keeps the screen for a reload. Theirs: read from the pty of `docker exec -it` by a script ' +
    'in the same berth.',
  async run({ lab, quick }) {
    const at = await lab()
    await inContainer(at)
    const bytes = BYTES
    const filled = await runInBerth(at.agentSocket, ['docker', 'exec', 'web', 'sh', '-c', FILL], {
      timeoutSeconds: 60,
    })
    if (filled.exit !== 0) throw new Error(filled.stderr)
    const terminal = await at.page.openTerminal('container')
    await terminal.expect(`exec sh -c '${CAT.replace('READY', 'REA""DY')}'\n`, 'READY')
    await using exec = await openDockerExec(at.agentSocket, 'web', ['sh', '-c', CAT])
    const mebibytes = bytes / 1024 / 1024
    const ours = async () => mebibytes / (await pageBulk(terminal, bytes))
    const theirs = async () => mebibytes / (await exec.bulk(bytes))
    if (!quick) await ours()
    const pairs = await interleave(quick ? 1 : ROUNDS, ours, theirs)
    await at.page.ask({ type: 'terminal.close', terminal: terminal.number })
    return [
      { what: 'through Drydock', value: summarize(pairs.map((pair) => pair.ours)), unit: 'MiB/s' },
      { what: 'docker exec -it', value: summarize(pairs.map((pair) => pair.theirs)), unit: 'MiB/s' },
      { what: 'ratio', value: pairedRatio(pairs), unit: '×', goal: { atLeast: 1 } },
    ]
  },
}

/** Seconds for so many bytes after a newline. */
async function pageBulk(terminal: PageTerminal, bytes: number): Promise<number> {
  const began = performance.now()
  await new Promise<void>((resolve) => {
    let left = bytes
    terminal.onOutput = (chunk) => {
      left -= chunk.length
      if (left <= 0) resolve()
    }
    terminal.write('\n')
  })
  terminal.onOutput = () => {}
  return (performance.now() - began) / 1000
}
