import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { requireBerths } from '../backend/cli/berths-here.ts'
import { ROOT } from '../backend/cli/places.ts'
import { StopRequest } from '../backend/cli/stop-request.ts'
import { systemClock } from '../backend/clock.ts'
import { asDrydockError } from '../backend/errors.ts'
import { Display } from '../bin/display.mjs'
import { localLanguage } from '../bin/messages.mjs'
import { prepareTests } from './prepare.ts'

/** What `npm test` runs once the npm packages are there: brings Debian's packages, the baked hosts and the site, then every test. */
async function main(args: string[]): Promise<number> {
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
  const vitest = spawn(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  stop.signal.addEventListener('abort', () => vitest.kill('SIGINT'))
  stop.harder.addEventListener('abort', () => vitest.kill('SIGKILL'))
  return new Promise((resolve) => vitest.on('exit', (code) => resolve(code ?? 1)))
}

process.exitCode = await main(process.argv.slice(2))
process.channel?.unref()
