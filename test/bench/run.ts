import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { requireBerths } from '../../backend/cli/berths-here.ts'
import { StopRequest } from '../../backend/cli/stop-request.ts'
import { systemClock } from '../../backend/clock.ts'
import { asDrydockError } from '../../backend/errors.ts'
import { Display } from '../../bin/display.mjs'
import { localLanguage } from '../../bin/messages.mjs'
import { prepareTests } from '../prepare.ts'
import { type Bench, isMet } from './bench.ts'
import { berth } from './berth.bench.ts'
import { buildRun } from './build-run.bench.ts'
import { bulk } from './bulk.bench.ts'
import { echo } from './echo.bench.ts'
import { gradeLessons } from './grade.bench.ts'
import { type BenchLab, openBenchLab } from './lab.ts'
import { memory } from './memory.bench.ts'
import { table } from './table.ts'

/** Those with Docker hosts of their own first: the lab of the others keeps two. */
const BENCHES: Bench[] = [berth, gradeLessons, buildRun, echo, bulk, memory]

/**
 * `npm run bench [-- --only NAME]… [-- --quick]`: measures and prints Markdown. Exit code 0 when every goal is met, 1 when one is missed.
 */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string', multiple: true }, quick: { type: 'boolean', default: false } },
  })
  const names = BENCHES.map(({ name }) => name)
  const unknown = values.only?.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    process.stderr.write(`There is no bench ${unknown}. There are: ${names.join(', ')}\n`)
    return 2
  }
  const display = new Display()
  const language = localLanguage()
  using stop = new StopRequest(systemClock)
  try {
    requireBerths()
    await prepareTests({ display, language, signal: stop.signal, install: true })
  } catch (error) {
    display.close()
    if (stop.signal.aborted) return 130
    const coded = asDrydockError(error)
    process.stderr.write(`\n${display.paint.red(coded.code)} ${coded.explain(language)}\n`)
    return 3
  }
  display.close()
  const chosen = BENCHES.filter(({ name }) => !values.only || values.only.includes(name))
  return measure(chosen, values.quick, stop.signal)
}

async function measure(benches: Bench[], quick: boolean, signal: AbortSignal): Promise<number> {
  await using owned = new AsyncDisposableStack()
  let lab: Promise<BenchLab> | undefined
  const setting = {
    quick,
    lab: () => (lab ??= openBenchLab().then((opened) => owned.use(opened))),
    progress: (text: string) => void process.stderr.write(`  ${text}\n`),
  }
  print(`${new Date().toISOString().slice(0, 16)}Z · ${machine()}`)
  let missed = 0
  for (const bench of benches) {
    if (signal.aborted) return 130
    process.stderr.write(`${bench.title}\n`)
    const load = loadavg()[0]!.toFixed(1)
    const rows = await bench.run(setting)
    missed += rows.filter((row) => isMet(row) === false).length
    print(`\n## ${bench.title}\n\n${bench.compared}\nLoad before: ${load}.\n\n${table(rows)}`)
  }
  return missed > 0 ? 1 : 0
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = Math.round(totalmem() / 1024 ** 3)
  return `${availableParallelism()} × ${model}, ${memory} GiB, Node.js ${process.version}`
}

const print = (text: string) => void process.stdout.write(`${text}\n`)

process.exitCode = await main(process.argv.slice(2))
process.channel?.unref()
