import { runInBerth } from '../../backend/agent/client.ts'
import type { Bench } from './bench.ts'
import type { BenchLab } from './lab.ts'
import { interleave, type Pair, pairedRatio, summarize } from './statistics.ts'

const PAIRS = 15
const BUILD = 'docker build -t web . >/dev/null 2>&1'
const RUN = 'sh run.sh >/dev/null'
const REMOVE = 'docker rm -f web >/dev/null 2>&1'

export const buildRun: Bench = {
  name: 'build-run',
  title: 'Build & Run on a warm cache',
  compared:
    'From the page’s `run` message to its `run.started`, through the web server, ÷ the same files by the docker command line in the same berth: ' +
    '`docker build` + `docker run -d`, timed by bash around the two. “First”: there is no container yet. “Again”: a container of the build before ' +
    'runs and is replaced; the command line types `docker rm -f web` in between.',
  async run({ lab, quick, progress }) {
    const at = await lab()
    const count = quick ? 3 : PAIRS
    await press(at)
    await typed(at, `${BUILD}; ${REMOVE}; ${RUN}`)
    progress('first')
    const first = await interleave(
      count,
      () => cleared(at, () => press(at)),
      () => cleared(at, () => typed(at, `${BUILD} && ${RUN}`)),
    )
    progress('again')
    const again = await interleave(
      count,
      () => press(at),
      () => typed(at, `${BUILD}; ${REMOVE}; ${RUN}`),
    )
    await runInBerth(at.agentSocket, ['bash', '-c', REMOVE])
    return [...rows('first', first), ...rows('again', again)]
  },
}

function rows(name: string, pairs: Pair[]) {
  return [
    { what: `${name}: Build & Run`, value: summarize(pairs.map(({ ours }) => ours)), unit: 'ms' },
    { what: `${name}: docker build + run`, value: summarize(pairs.map(({ theirs }) => theirs)), unit: 'ms' },
    { what: `${name}: ratio`, value: pairedRatio(pairs), unit: '×', goal: { atMost: 1.15 } },
  ]
}

/** Milliseconds from the press to the running container. */
async function press({ page }: BenchLab): Promise<number> {
  const began = performance.now()
  const started = page.next('run.started')
  const idle = page.next('phase', ({ phase }) => phase === 'running')
  page.send({ type: 'run' })
  await started
  const ms = performance.now() - began
  await idle
  return ms
}

/** Milliseconds that the commands take by the berth's own clock: the way into the berth does not count. */
async function typed({ agentSocket }: BenchLab, commands: string): Promise<number> {
  const script = `began=$EPOCHREALTIME; ${commands} || exit 1; ended=$EPOCHREALTIME; echo $(( \${ended/./} - \${began/./} ))`
  const { exit, stdout, stderr } = await runInBerth(agentSocket, ['bash', '-c', script])
  if (exit !== 0) throw new Error(`${commands}: exit code ${exit}: ${stderr}`)
  return Number(stdout) / 1000
}

async function cleared(at: BenchLab, measure: () => Promise<number>): Promise<number> {
  await runInBerth(at.agentSocket, ['bash', '-c', REMOVE])
  return measure()
}
