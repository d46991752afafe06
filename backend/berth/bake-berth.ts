import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Cgroups } from './cgroup.ts'
import { type LaunchedBerth, type LaunchRequest, launch } from './launch.ts'
import { openLayout } from './layout.ts'
import { PRIVATE_MOUNTS, settlePrivateMounts } from './private-mounts.ts'
import { reap } from './reap.ts'
import { firstUid } from './uids.ts'

/** Says how far the work is; `share` of it, 0 to 1. */
export type OnBakeProgress = (detail: string, share: number) => void

const BAKE_LIMITS = { memoryBytes: 3 * 1024 ** 3, cpus: 8, pids: 2000, diskBytes: 0 }

type Said<Result> = { detail: string; share: number } | { result: Result }

/**
 * Runs one of the bake's own programs (`bakeProgram` is its other end) in a process with private mounts and resolves with its result. Rejects with its last
 * words, and when `signal` aborts after it has cleaned up.
 */
export async function runBakeProgram<Result>(
  file: string,
  argv: string[],
  onProgress: OnBakeProgress,
  signal?: AbortSignal,
): Promise<Result> {
  signal?.throwIfAborted()
  const [program, ...prefix] = PRIVATE_MOUNTS
  const child = spawn(program, [...prefix, process.execPath, file, ...argv], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const stop = () => child.kill('SIGTERM')
  signal?.addEventListener('abort', stop)
  let errors = ''
  let said: { result: Result } | undefined
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000)
  })
  createInterface(child.stdout).on('line', (line) => {
    const message = JSON.parse(line) as Said<Result>
    if ('result' in message) said = message
    else onProgress(message.detail, message.share)
  })
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    signal?.throwIfAborted()
    if (code !== 0 || !said) throw new Error(lastWords(errors) || `exit ${code}`)
    return said.result
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** What Node.js prints of an uncaught error, without its source line and stack. */
function lastWords(errors: string): string {
  const said = errors.split(/^\w*Error: /m).at(-1) ?? errors
  return (said.split('\n    at ')[0] ?? said).trim()
}

/** The other end of `runBakeProgram`. SIGTERM aborts the work's signal; so does the end of the process that started it. */
export async function bakeProgram<Result>(
  work: (onProgress: OnBakeProgress, signal: AbortSignal) => Promise<Result>,
): Promise<void> {
  const stop = new AbortController()
  process.on('SIGTERM', () => stop.abort())
  process.stdin.on('end', () => stop.abort()).resume()
  process.stdout.on('error', () => stop.abort()) // EPIPE
  const say = (message: Said<Result>) => void process.stdout.write(`${JSON.stringify(message)}\n`)
  await settlePrivateMounts()
  const result = await work((detail, share) => say({ detail, share }), stop.signal)
  say({ result })
  process.stdin.destroy()
}

export interface BakeBerth {
  cacheDir: string
  /** A golden root's `usr`. */
  usr: string
  /** Holds etc, var, home and root: written. */
  disk: string
  request: Pick<LaunchRequest, 'services' | 'hostNetwork' | 'env'>
}

/** One berth of the bake's own, alone in its lab; what an earlier one left is removed first. */
export async function inBakeBerth<Result>(
  bake: BakeBerth,
  work: (berth: LaunchedBerth) => Promise<Result>,
): Promise<Result> {
  const layout = await openLayout(join(bake.cacheDir, 'work'), bake.cacheDir)
  const cgroups = await Cgroups.detect(layout.lab)
  await reap(layout, cgroups)
  const engineData = join(bake.disk, 'var/lib/docker')
  await mkdir(engineData, { recursive: true })
  await chmod(engineData, 0o711)
  try {
    await using berth = await launch(
      { layout, cgroups, golden: { usr: bake.usr, layers: [], template: '' }, diskDir: bake.disk },
      {
        id: 'bake',
        firstUid: firstUid(layout.lab, 0),
        limits: BAKE_LIMITS,
        owner: { uid: 0, gid: 0 },
        ...bake.request,
      },
    )
    return await work(berth)
  } finally {
    await cgroups.removeLab()
    await rm(layout.runDir, { recursive: true, force: true })
  }
}
