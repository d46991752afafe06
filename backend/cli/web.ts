import { realpathSync, statSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { systemClock } from '../clock.ts'
import type { Config } from '../config.ts'
import { DrydockError } from '../errors.ts'
import { type Binding, confine, confinedEnv, seenFrom } from './confined.ts'
import { lastWords } from './launcher.ts'
import { LogFile } from './log-file.ts'
import { OwnedProcess } from './owned-process.ts'
import { ROOT, type RunPlaces } from './places.ts'
import type { Account } from './prepare/account.ts'

const STOP_MS = 10_000 // it closes terminals, saves and lets go of its berths
const START_MS = 30_000
const POLL_MS = 40

export interface WebOptions {
  config: Config
  log: string
  /** Absent: it runs as the user that started it (a given engine, no root). */
  confined?: { account: Account; places: RunPlaces; data: string }
}

/** The web process: pages, sessions, terminals. Never root. */
export class Web implements AsyncDisposable {
  readonly process: OwnedProcess
  readonly log: LogFile
  readonly #config: Config

  constructor(options: WebOptions) {
    this.#config = options.config
    this.log = new LogFile(options.log)
    const onOutput = (chunk: Buffer) => this.log.write(chunk)
    const { confined, config } = options
    if (confined) {
      const { account, places } = confined
      const argv = [
        seenFrom(places.app, realpathSync(process.execPath)),
        'backend/main.ts',
        ...flags(config, places.data),
      ]
      const bindings: Binding[] = [
        { from: ROOT, to: places.app, readOnly: true },
        { from: confined.data, to: places.data, readOnly: false },
      ]
      this.process = new OwnedProcess(
        confine(argv, { account, groups: engineGroups(config.engine, account), bindings, cwd: places.app }),
        { cwd: '/', env: confinedEnv(process.env, places.data), onOutput },
      )
    } else {
      const tether = join(ROOT, 'backend/cli/tether.ts')
      this.process = new OwnedProcess(
        [process.execPath, '--import', tether, join(ROOT, 'backend/main.ts'), ...flags(config, config.data)],
        { cwd: ROOT, ipc: true, onOutput },
      )
    }
  }

  /** Resolves when it answers. DD_WEB_START with its own words when it ends before. */
  async ready(signal: AbortSignal): Promise<void> {
    const late = systemClock.now() + START_MS
    while (!(await answers(this.#config))) {
      signal.throwIfAborted()
      if (!this.process.running || systemClock.now() > late) throw this.failed('DD_WEB_START')
      await systemClock.sleep(POLL_MS, signal)
    }
    if (!this.process.running) throw this.failed('DD_WEB_START')
  }

  failed(code: 'DD_WEB_START' | 'DD_WEB_DIED'): DrydockError {
    return new DrydockError(code, { detail: lastWords(this.log.tail()) || 'no message', log: this.log.path })
  }

  async stop(graceMs = STOP_MS): Promise<void> {
    await this.process.stop(graceMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    this.log[Symbol.dispose]()
  }
}

function flags(config: Config, data: string): string[] {
  return [
    ...['--port', String(config.port), '--host', config.host, '--data', data, '--cache', config.cache],
    ...(config.launcher ? ['--launcher', config.launcher] : []),
    ...(config.engine ? ['--engine', config.engine] : []),
    ...['--lease', String(config.leaseMinutes)],
    ...config.names.flatMap((name) => ['--name', name]),
  ]
}

/** The group that may use a given engine's socket. DD_ENGINE_SOCKET where no group may. */
function engineGroups(engine: string | undefined, account: Account): number[] {
  const path = engine?.startsWith('unix://') ? engine.slice('unix://'.length) : undefined
  if (!path) return []
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat?.isSocket()) throw new DrydockError('DD_ENGINE_GONE', { detail: `there is no socket ${path}` })
  if (stat.mode & 0o002 || stat.uid === account.uid) return []
  if (!(stat.mode & 0o020) || stat.gid === 0) throw new DrydockError('DD_ENGINE_SOCKET', { path })
  return [stat.gid]
}

function answers(config: Config): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: config.host, port: config.port, path: '/', timeout: 1000 }, (response) => {
      response.resume()
      resolve(true)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(false))
  })
}
