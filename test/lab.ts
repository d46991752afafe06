import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { cacheOf, defaultData } from '../backend/cli/places.ts'

const ROOT = resolve(import.meta.dirname, '..')
const START_MS = 60_000 // everything is baked and built before the tests begin

/** The whole lab as `npm start` runs it, on a free port, with a data folder of its own. */
export interface Lab extends AsyncDisposable {
  readonly url: string
  readonly data: string
  /** What it printed. */
  readonly output: () => string
  /** SIGKILL to the process that `npm start` is; the others notice. */
  kill(): Promise<void>
  /** As Ctrl-C does. Resolves with the exit code when it has ended. */
  stop(): Promise<number | null>
}

/** `data` of an earlier lab: the server is killed and started again. The folder is removed only by who made it. */
export async function startLab(
  options: { data?: string; port?: number; args?: string[] } = {},
): Promise<Lab> {
  const data = options.data ?? (await mkdtemp('/var/tmp/drydock-lab-'))
  const cache = cacheOf(process.env.DRYDOCK_DATA || defaultData(process.env), process.env)
  const args = [
    '--port',
    String(options.port ?? 0),
    '--data',
    data,
    '--cache',
    cache,
    ...(options.args ?? []),
  ]
  const child = spawn(process.execPath, [join(ROOT, 'bin/start.mjs'), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'], // the channel breaks when the test is killed, and the lab stops
  })
  let output = ''
  const address = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk
      const found = /http:\/\/\S+:\d+/.exec(output)
      if (found) address.resolve(found[0])
    })
  }
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)))
  const late = setTimeout(
    () => address.reject(new Error(`no address after ${START_MS} ms:\n${output}`)),
    START_MS,
  )
  void ended.then((code) => address.reject(new Error(`the lab ended with ${code}:\n${output}`)))
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return ended
  }
  const lab = {
    data,
    output: () => output,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    [Symbol.asyncDispose]: async () => {
      await end('SIGTERM')
      if (!options.data) await rm(data, { recursive: true, force: true })
    },
  }
  try {
    return { ...lab, url: await address.promise }
  } catch (error) {
    await lab[Symbol.asyncDispose]()
    throw error
  } finally {
    clearTimeout(late)
  }
}
