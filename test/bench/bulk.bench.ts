import { runInBerth } from '../../backend/agent/client.ts'
import type { Bench } from './bench.ts'
import { inContainer } from './container.ts'
import { interleave, pairedRatio, summarize } from './statistics.ts'
import { typistByExec, typistByPage } from './typist.ts'

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
    '`cat` of a 64 MiB log file in the container, from the newline that starts it to its last byte, taken in by the same small script. Ours: on ' +
    'this machine, from the page’s WebSocket, acknowledging as the page does; the web server keeps the screen for a reload meanwhile. Theirs: in the ' +
    'berth, from the pty of `docker exec -it`.',
  async run({ lab, quick }) {
    const at = await lab()
    await inContainer(at)
    const filled = await runInBerth(at.agentSocket, ['docker', 'exec', 'web', 'sh', '-c', FILL], {
      timeoutSeconds: 60,
    })
    if (filled.exit !== 0) throw new Error(filled.stderr)
    await using page = await typistByPage(at, CAT)
    await using exec = await typistByExec(at, CAT)
    const mebibytes = BYTES / 1024 / 1024
    const ours = async () => mebibytes / (await page.bulk(BYTES))
    const theirs = async () => mebibytes / (await exec.bulk(BYTES))
    if (!quick) await ours()
    const pairs = await interleave(quick ? 1 : ROUNDS, ours, theirs)
    return [
      { what: 'through Drydock', value: summarize(pairs.map((pair) => pair.ours)), unit: 'MiB/s' },
      { what: 'docker exec -it', value: summarize(pairs.map((pair) => pair.theirs)), unit: 'MiB/s' },
      { what: 'ratio', value: pairedRatio(pairs), unit: '×', goal: { atLeast: 1 } },
    ]
  },
}
