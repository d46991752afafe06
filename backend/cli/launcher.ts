import { join } from 'node:path'
import { DrydockError } from '../errors.ts'
import { ERRORS, type ErrorCode } from '../protocol/error-table.ts'
import type { TextVars } from '../protocol/language.ts'
import { LogFile } from './log-file.ts'
import { dieWithParent, OwnedProcess } from './owned-process.ts'
import { ROOT } from './places.ts'
import type { Account } from './prepare/account.ts'

/** Stopping every berth takes 0.2 s each, one after another at worst. */
const STOP_MS = 20_000
const START_MS = 60_000 // it removes what a crash left before it answers

export interface LauncherPlaces {
  data: string
  cache: string
  socket: string
  /** Its log is written here. */
  log: string
  /** Berths that are kept ready. */
  warm?: number
}

/** The one root process: it launches berths. In its own mount namespace, so that no mount of a berth is ever seen on this machine. */
export class Launcher implements AsyncDisposable {
  readonly process: OwnedProcess
  readonly log: LogFile
  #ready: Promise<void>

  constructor(places: LauncherPlaces, web: Account, signal: AbortSignal) {
    const log = new LogFile(places.log)
    this.log = log
    const ready = Promise.withResolvers<void>()
    this.#ready = ready.promise
    this.#ready.catch(() => {})
    let line = ''
    this.process = new OwnedProcess(
      [
        ...['unshare', '--mount', '--propagation', 'private', '--'],
        ...dieWithParent([process.execPath, join(ROOT, 'backend/berth/launcher.ts')]),
        ...['--data', places.data, '--cache', places.cache, '--socket', places.socket],
        ...(places.warm === undefined ? [] : ['--warm', String(places.warm)]),
        ...['--web-uid', String(web.uid), '--web-gid', String(web.gid)],
      ],
      {
        cwd: '/',
        onOutput: (chunk, stream) => {
          log.write(chunk)
          if (stream !== 'stdout') return
          const lines = (line + chunk).split('\n')
          line = lines.pop() ?? ''
          for (const each of lines) {
            const answer = readAnswer(each)
            if (answer === 'ready') ready.resolve()
            else if (answer) ready.reject(answer)
          }
        },
      },
    )
    const late = setTimeout(() => ready.reject(this.#failed('no answer')), START_MS)
    const stopped = () => ready.reject(signal.reason)
    signal.addEventListener('abort', stopped)
    void this.process.ended.then((end) => ready.reject(this.#failed(`code ${end.code ?? end.signal}`)))
    void this.#ready
      .finally(() => {
        clearTimeout(late)
        signal.removeEventListener('abort', stopped)
      })
      .catch(() => {})
  }

  /** Resolves when it accepts. DD_LAUNCHER_START. */
  async ready(): Promise<void> {
    await this.#ready
  }

  async stop(graceMs = STOP_MS): Promise<void> {
    await this.process.stop(graceMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    this.log[Symbol.dispose]()
  }

  #failed(end: string): DrydockError {
    return new DrydockError('DD_LAUNCHER_START', {
      detail: lastWords(this.log.tail()) || end,
      log: this.log.path,
    })
  }
}

/** The launcher's own first word: `{"ready":true}` or `{"error":{code,vars}}`. */
function readAnswer(line: string): 'ready' | DrydockError | undefined {
  try {
    const answer = JSON.parse(line) as { ready?: boolean; error?: { code: string; vars: TextVars } }
    if (answer.ready) return 'ready'
    if (answer.error && answer.error.code in ERRORS) {
      return new DrydockError(answer.error.code as ErrorCode, answer.error.vars)
    }
  } catch {
    // a line of another kind
  }
  return undefined
}

/** The message of a process's end: the last line that is not a stack frame. */
export function lastWords(output: string): string {
  const lines = output.split('\n').map((line) => line.trim())
  const telling = lines.filter((line) => line && !/^(at |Node\.js v|\^|\}|\{|node:internal)/.test(line))
  const error = telling.findLast((line) => /\bDD_[A-Z_]+|Error\b/.test(line))
  return (error ?? telling.at(-1) ?? '').slice(0, 400)
}
