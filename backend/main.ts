import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { loadLesson, loadStarter } from '../lessons/format/load.ts'
import { agent } from './agent/client.ts'
import { connectBerthHost } from './berth/client.ts'
import { systemClock } from './clock.ts'
import { type Config, parseConfig } from './config.ts'
import { openEngine } from './engine/open.ts'
import { asDrydockError, DrydockError } from './errors.ts'
import { Progress } from './progress/progress.ts'
import type { Health } from './protocol/http.ts'
import { openRegistry } from './registry/registry.ts'
import { startServer } from './server/server.ts'
import { BerthWorkplaces } from './session/berth-workplace.ts'
import { gradeInBerths } from './session/grading.ts'
import { Sessions } from './session/sessions.ts'

/**
 * The web process: pages, sessions, terminals. Needs no privileges. One line of JSON on stdout when it serves
 * (`{"listening":"http://127.0.0.1:7070"}`), its log on stderr. SIGTERM and SIGINT end it within STOP_MS.
 */
const SITE_DIR = join(dirname(fileURLToPath(import.meta.url)), '../site/dist')
const STOP_MS = 5_000

const clock = systemClock
const log = pino({ level: process.env.DRYDOCK_LOG ?? 'info' }, pino.destination({ dest: 2, sync: true }))

async function serve(config: Config, stop: Promise<unknown>): Promise<void> {
  using progress = Progress.open(join(config.data, 'progress.db'), clock)
  if (!config.launcher)
    throw new DrydockError('DD_CONFIG_VALUE', { name: '--launcher', value: '', wanted: 'a socket' })
  await using host = await connectBerthHost({ socketPath: config.launcher })
  const open = (socketPath: string) => openEngine({ socketPath }, { clock })
  await using sessions = new Sessions({
    progress,
    workplaces: new BerthWorkplaces({ host, agent, openEngine: open, openRegistry, clock }),
    grade: gradeInBerths({ host, openEngine: open, clock }),
    loadLesson: async (id) => {
      // A plain name would open a second session beside that of the full id.
      if (!id.includes('/')) throw new DrydockError('DD_LESSON_UNKNOWN', { lesson: id, known: '' })
      const loaded = await loadLesson(id)
      return { loaded, starter: await loadStarter(loaded) }
    },
    leaseMs: config.leaseMinutes * 60_000,
    clock,
    log,
  })
  const health = async (): Promise<Health> => {
    const berths = await host.status().catch(() => null)
    return { ok: berths !== null, engine: 'berth', berths, sessions: sessions.sessions }
  }
  await using server = await startServer({
    host: config.host,
    port: config.port,
    names: config.names,
    siteDir: SITE_DIR,
    cookieKey: progress.setting('cookie-key', () => clock.random(32)),
    lessons: sessions,
    progress: (learner) => ({ lessons: progress.standings(learner) }),
    health,
    clock,
    log,
  })
  process.stdout.write(`${JSON.stringify({ listening: server.url })}\n`)
  log.info({ url: server.url, pid: process.pid }, 'serving')
  await stop
  log.info('stopping')
  setTimeout(() => {
    log.error('stopping took too long')
    process.exit(1)
  }, STOP_MS).unref()
}

const stop = new Promise((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, resolve)
})
process.on('unhandledRejection', (err) => log.error({ err }, 'a promise was left alone'))

try {
  await serve(parseConfig(process.argv.slice(2), process.env, homedir()), stop)
  log.info('stopped')
  process.exit(0)
} catch (thrown) {
  const error = asDrydockError(thrown)
  log.fatal({ code: error.code, vars: error.vars, err: error.cause }, error.explain('en'))
  // The last line, for whoever started it and shows one.
  process.stderr.write(`${error.message}\n`)
  process.exit(error.entry.exit)
}
