import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { systemClock } from '../clock.ts'

const DRAIN_MS = 500 // what a program wrote is in the pipe already; reading it takes a moment

export interface ProcessEnd {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface OwnedOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Gets everything that the process writes. */
  onOutput?: (chunk: Buffer, stream: 'stdout' | 'stderr') => void
  /** An IPC channel: `child.send` and `child.on('message')`. */
  ipc?: boolean
}

/** What the process is told when the one that started it is killed; only Linux has it (prctl(2), PR_SET_PDEATHSIG). */
export function dieWithParent(argv: string[], signal = 'TERM'): string[] {
  return process.platform === 'linux' ? ['setpriv', '--pdeathsig', signal, '--', ...argv] : argv
}

/**
 * A process that ends when its owner lets go of it. In a session of its own: a terminal's Ctrl-C reaches the owner alone, which then
 * stops its processes in the right order. Its stdin is a pipe that closes when the owner is killed.
 */
export class OwnedProcess implements AsyncDisposable {
  readonly child: ChildProcess
  /** Never rejects; a program that could not be started ends with code 127. */
  readonly ended: Promise<ProcessEnd>
  #end: ProcessEnd | undefined

  constructor(argv: string[], options: OwnedOptions = {}) {
    const [program, ...args] = argv
    const child = spawn(program!, args, {
      cwd: options.cwd,
      env: options.env,
      detached: process.platform !== 'win32',
      serialization: 'advanced', // a workspace is a Map of Buffers
      stdio: ['pipe', 'pipe', 'pipe', ...(options.ipc ? (['ipc'] as const) : [])],
    })
    this.child = child
    child.stdin?.on('error', () => {}) // a child that ended first closes it
    for (const stream of ['stdout', 'stderr'] as const) {
      ;(child[stream] as Readable).on('data', (chunk: Buffer) => options.onOutput?.(chunk, stream))
    }
    this.ended = new Promise((resolve) => {
      const settle = (end: ProcessEnd) => {
        this.#end ??= end
        resolve(this.#end)
      }
      child.on('error', (error: NodeJS.ErrnoException) => {
        if (child.pid !== undefined) return
        options.onOutput?.(Buffer.from(`${error.message}\n`), 'stderr')
        settle({ code: 127, signal: null })
      })
      child.on('exit', (code, signal) => settle({ code, signal }))
    })
  }

  get running(): boolean {
    return this.#end === undefined
  }

  kill(signal: NodeJS.Signals): void {
    if (this.running) this.child.kill(signal)
  }

  /** SIGTERM, and after the grace SIGKILL; resolves when the process is gone. */
  async stop(graceMs: number): Promise<ProcessEnd> {
    this.kill('SIGTERM')
    const waiting = new AbortController()
    const late = systemClock.sleep(graceMs, waiting.signal).then(
      () => this.kill('SIGKILL'),
      () => {},
    )
    const end = await this.ended
    waiting.abort()
    await late
    return end
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(10_000)
  }
}

/** Runs a program to its end. Aborting sends `abortSignal` and still waits for the end. The output's last 64 KiB are kept. */
export async function runToEnd(
  argv: string[],
  options: OwnedOptions & { signal?: AbortSignal; abortSignal?: NodeJS.Signals } = {},
): Promise<ProcessEnd & { output: string; stdout: string }> {
  const KEEP = 64 * 1024 // an error's message stands at the end; a build prints megabytes before it
  let output = ''
  let stdout = ''
  options.signal?.throwIfAborted()
  const owned = new OwnedProcess(dieWithParent(argv), {
    ...options,
    onOutput: (chunk, stream) => {
      output = (output + chunk).slice(-KEEP)
      if (stream === 'stdout') stdout = (stdout + chunk).slice(-KEEP)
      options.onOutput?.(chunk, stream)
    },
  })
  owned.child.stdin?.end()
  const stop = () => owned.kill(options.abortSignal ?? 'SIGTERM')
  options.signal?.addEventListener('abort', stop)
  try {
    const drained = once(owned.child, 'close').catch(() => {})
    const end = await owned.ended
    // The pipes may hold text after the exit, and a grandchild may hold the pipes.
    await Promise.race([drained, systemClock.sleep(DRAIN_MS)])
    return { ...end, output, stdout }
  } finally {
    options.signal?.removeEventListener('abort', stop)
  }
}
