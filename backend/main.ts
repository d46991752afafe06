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
import { GivenWorkplaces, gradeOnGiven } from './session/given-workplace.ts'
import { type Grade, gradeInBerths } from './session/grading.ts'
import { Sessions } from './session/sessions.ts'
import type { Workplaces } from './session/workplace.ts'

/**
 * The web process: pages, sessions, terminals. Needs no privileges. One line of JSON on stdout when it serves
 * (`{"listening":"http://127.0.0.1:7070"}`), its log on stderr. SIGTERM and SIGINT end it within STOP_MS.
 */
const SITE_DIR = join(dirname(fileURLToPath(import.meta.url)), '../site/dist')
const STOP_MS = 5_000

const clock = systemClock
const log = pino({ level: process.env.DRYDOCK_LOG ?? 'info' }, pino.destination({ dest: 2, sync: true }))

/** Where sessions work and checks are graded: berths, or the engine that the operator gave. */
interface Places extends AsyncDisposable {
  workplaces: Workplaces
  grade: Grade
  berths(): Promise<Health['berths']>
}

async function berthPlaces(launcher: string): Promise<Places> {
  const host = await connectBerthHost({ socketPath: launcher })
  const open = (socketPath: string) => openEngine({ socketPath }, { clock })
  return {
    workplaces: new BerthWorkplaces({ host, agent, openEngine: open, openRegistry, clock }),
    grade: gradeInBerths({ host, openEngine: open, clock }),
    berths: () => host.status(),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  }
}

/** `owner` is this data folder's name on the engine: what an earlier process left there under it is removed, before and after. */
async function givenPlaces(url: string, owner: string): Promise<Places> {
  const engine = openEngine({ url }, { clock, owner })
  log.info({ engine: (await engine.version()).version, reaped: await engine.reap() }, 'using a given engine')
  return {
    workplaces: new GivenWorkplaces(engine, clock),
    grade: gradeOnGiven(engine, clock),
    berths: async () => {
      await engine.version()
      return null
    },
    async [Symbol.asyncDispose]() {
      await engine.reap().catch((err) => log.error({ err }, 'the given engine could not be tidied'))
      await engine[Symbol.asyncDispose]()
    },
  }
}

function openPlaces(config: Config, progress: Progress): Promise<Places> {
  if (config.engine)
    return givenPlaces(
      config.engine,
      progress.setting('engine-owner', () => clock.random(8)),
    )
  if (config.launcher) return berthPlaces(config.launcher)
  throw new DrydockError('DD_CONFIG_VALUE', { name: '--launcher', value: '', wanted: 'a socket' })
}

async function serve(config: Config, stop: Promise<unknown>): Promise<void> {
  using progress = Progress.open(join(config.data, 'progress.db'), clock)
  await using places = await openPlaces(config, progress)
  await using sessions = new Sessions({
    progress,
    workplaces: places.workplaces,
    grade: places.grade,
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
    const berths = await places.berths().catch(() => undefined)
    const engine = places.workplaces.kind
    return { ok: berths !== undefined, engine, berths: berths ?? null, sessions: sessions.sessions }
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
