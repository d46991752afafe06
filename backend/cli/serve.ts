import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Display } from '../../bin/display.mjs'
import { type Clock, systemClock } from '../clock.ts'
import { type Config, parseConfig } from '../config.ts'
import { DrydockError } from '../errors.ts'
import { type Language, say } from '../protocol/language.ts'
import { requireBerths } from './berths-here.ts'
import { Launcher } from './launcher.ts'
import { runToEnd } from './owned-process.ts'
import { cacheOf, defaultData, type RunPlaces, runPlaces } from './places.ts'
import type { Account } from './prepare/account.ts'
import { LAB_PACKAGES } from './prepare/packages.ts'
import {
  makeFolder,
  type Preparation,
  prepareAccount,
  prepareBerths,
  preparePackages,
  prepareSite,
} from './prepare/prepare.ts'
import { WORDS } from './prepare/texts.ts'
import { lockRun } from './run-lock.ts'
import { StopRequest } from './stop-request.ts'
import { Web } from './web.ts'

const HARD_STOP_MS = 2_000

/** `npm start`: brings what is missing, serves until asked to stop, leaves nothing running. Resolves with the exit code. */
export async function serve(argv: string[], language: Language, clock: Clock = systemClock): Promise<number> {
  const display = new Display()
  const config = await readConfig(argv)
  if (!config.engine) requireBerths()
  await requirePort(config)
  using stop = new StopRequest(clock, (harder) => {
    display.close()
    display.line(`\n${say(harder ? WORDS.stoppingHarder : WORDS.stopping, language)}`)
  })
  const preparation: Preparation = {
    display,
    language,
    signal: stop.signal,
    install: config.install,
    baseImages: config.baseImages,
  }
  try {
    if (process.getuid?.() === 0 && process.platform === 'linux') await serveAsRoot(config, preparation, stop)
    else await serveAsUser(config, preparation, stop)
    return 0
  } catch (error) {
    if (stop.signal.aborted) return 130
    throw error
  } finally {
    display.close()
  }
}

async function readConfig(argv: string[]): Promise<Config> {
  const env = { ...process.env }
  env.DRYDOCK_DATA ||= defaultData(env)
  const first = parseConfig(argv, env)
  if (!argv.some((word) => /^--cache\b/.test(word))) env.DRYDOCK_CACHE = cacheOf(first.data, env)
  const config = parseConfig(argv, env)
  return config.port === 0 ? { ...config, port: await freePort(config.host) } : config
}

async function serveAsRoot(config: Config, preparation: Preparation, stop: StopRequest): Promise<void> {
  const places = runPlaces(config.data)
  await makeFolder(config.data)
  await makeFolder(places.dir)
  await using _lock = await lockRun(places.lock, config.data)
  await using _places = { [Symbol.asyncDispose]: () => rm(places.dir, { recursive: true, force: true }) }
  if (!config.engine) {
    await preparePackages(LAB_PACKAGES, preparation)
    await prepareBerths(config.cache, preparation)
  }
  await prepareSite(preparation)
  const account = await prepareAccount(preparation)
  const data = await webData(config, places, account)
  preparation.signal.throwIfAborted()
  const launcherPlaces = {
    ...config,
    socket: places.launcherSocket,
    log: join(config.data, 'log/launcher.log'),
  }
  await using launcher = config.engine ? undefined : new Launcher(launcherPlaces, account, stop.signal)
  await launcher?.ready()
  await using web = new Web({
    config: { ...config, launcher: config.engine ? undefined : places.launcherSocket },
    log: join(config.data, 'log/web.log'),
    confined: { account, places, data },
  })
  await running(web, launcher, config, preparation, stop)
}

/** Without root there is one way: a given engine, and the web process as the same user. */
async function serveAsUser(config: Config, preparation: Preparation, stop: StopRequest): Promise<void> {
  await makeFolder(config.data)
  await prepareSite(preparation)
  await using web = new Web({ config, log: join(config.data, 'log/web.log') })
  await running(web, undefined, config, preparation, stop)
}

async function running(
  web: Web,
  launcher: Launcher | undefined,
  config: Config,
  preparation: Preparation,
  stop: StopRequest,
) {
  stop.harder.addEventListener('abort', () => {
    web.process.kill('SIGKILL')
    void launcher?.stop(HARD_STOP_MS)
  })
  await web.ready(stop.signal)
  const { display, language } = preparation
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  if (config.engine)
    display.line(display.paint.yellow(say(WORDS.givenEngine, language, { url: config.engine })))
  display.line(`${say(WORDS.serving, language)} ${display.paint.bold(`http://${host}:${config.port}`)}`)
  display.line(display.paint.dim(say(WORDS.howToStop, language)))
  const ended = Promise.race([
    web.process.ended.then(() => web),
    ...(launcher ? [launcher.process.ended.then(() => launcher)] : []),
  ])
  const first = await Promise.race([stop.asked(), ended])
  if (first && !stop.signal.aborted) {
    throw first === web
      ? web.failed('DD_WEB_DIED')
      : new DrydockError('DD_LAUNCHER_DIED', { log: launcher?.log.path ?? '' })
  }
}

/** The web process's part of the data folder and the places where it sees things. */
async function webData(config: Config, places: RunPlaces, account: Account): Promise<string> {
  const data = join(config.data, 'web')
  await makeFolder(data, 0o700)
  const { uid, gid } = await stat(data)
  if (uid !== account.uid || gid !== account.gid) {
    await runToEnd(['chown', '--recursive', '--no-dereference', `${account.uid}:${account.gid}`, '--', data])
  }
  await mkdir(places.app, { recursive: true })
  await mkdir(places.data, { recursive: true })
  return data
}

/** Known before anything long begins. */
async function requirePort(config: Config): Promise<void> {
  const other = config.port >= 65535 ? 7070 : config.port + 1
  // Root may bind any port; the web process may not.
  const start = await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').catch(() => '0')
  if (config.port < Number(start))
    throw new DrydockError('DD_PORT_FORBIDDEN', { port: String(config.port), start: start.trim() })
  await listenOnce(config.host, config.port).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw new DrydockError('DD_PORT_TAKEN', {
        port: String(config.port),
        host: config.host,
        other: String(other),
      })
    if (error.code === 'EACCES')
      throw new DrydockError('DD_PORT_FORBIDDEN', { port: String(config.port), start: '1024' })
    throw new DrydockError('DD_CONFIG_VALUE', {
      name: '--host',
      value: config.host,
      wanted: '127.0.0.1 or ::1',
    })
  })
}

const freePort = (host: string) => listenOnce(host, 0)

function listenOnce(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port))
    })
  })
}
