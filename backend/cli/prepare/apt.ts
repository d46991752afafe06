import { readdir } from 'node:fs/promises'
import { DrydockError } from '../../errors.ts'
import { runToEnd } from '../owned-process.ts'

/** What apt is about to do, as it says itself. */
export interface AptPlan {
  /** The wanted packages and everything that they bring. */
  packages: string[]
  /** For example `Need to get 12.3 MB of archives.` */
  sizes: string
}

export interface AptOptions {
  onProgress: (text: string) => void
  signal: AbortSignal
}

const ENV = {
  ...process.env,
  DEBIAN_FRONTEND: 'noninteractive',
  LC_ALL: 'C.UTF-8',
  LANGUAGE: '',
  NEEDRESTART_MODE: 'l',
}
const QUIET = [
  '-o',
  'Dpkg::Use-Pty=0',
  '-o',
  'APT::Color=0',
  '-o',
  'Dpkg::Options::=--force-confdef',
  '-o',
  'Dpkg::Options::=--force-confold',
]
const LOCK_WAIT_SECONDS = 180 // a fresh cloud machine runs unattended-upgrades in its first minutes
const apt = (...args: string[]) => [
  'apt-get',
  ...QUIET,
  '-o',
  `DPkg::Lock::Timeout=${LOCK_WAIT_SECONDS}`,
  ...args,
]

/** What installing `names` would do. Brings the package lists first when there are none or they do not know a name. */
export async function planInstall(names: string[], options: AptOptions): Promise<AptPlan> {
  const ask = () => run(apt('install', '--no-install-recommends', '--assume-no', '-V', ...names), options)
  if (!(await haveLists())) await update(options)
  let answer = await ask()
  if (/Unable to locate package|has no installation candidate/.test(answer.output)) {
    await update(options)
    answer = await ask()
  }
  // With --assume-no apt stops with code 1 after it has said what it would do.
  if (!/NEW packages will be installed|will be upgraded|already the newest/.test(answer.output))
    throw explain(answer.output)
  return readPlan(answer.output)
}

export async function install(names: string[], options: AptOptions): Promise<void> {
  const attempt = () =>
    run(apt('-o', 'APT::Status-Fd=1', 'install', '--no-install-recommends', '-y', ...names), options)
  let result = await attempt()
  if (/dpkg was interrupted/.test(result.output)) {
    await run(['dpkg', '--configure', '-a'], options)
    result = await attempt()
  }
  if (result.code !== 0 && /404\s+Not Found|Unable to fetch some archives/.test(result.output)) {
    await update(options) // the lists name versions that the mirror has replaced
    result = await attempt()
  }
  options.signal.throwIfAborted()
  if (result.code !== 0) throw explain(result.output)
}

async function update(options: AptOptions): Promise<void> {
  options.onProgress('apt-get update')
  // One broken source among several is no reason to stop: whether the packages can be had shows next.
  const result = await run(apt('update', '-q'), options)
  options.signal.throwIfAborted()
  if (!(await haveLists())) throw explain(result.output)
}

async function haveLists(): Promise<boolean> {
  const files = await readdir('/var/lib/apt/lists').catch(() => [])
  return files.some((name) => /_Packages(\.\w+)?$/.test(name))
}

/** apt finishes what dpkg has begun when it gets SIGINT, so a stopped installation leaves a whole system. */
async function run(argv: string[], options: AptOptions) {
  const result = await runToEnd(argv, {
    env: ENV,
    signal: options.signal,
    abortSignal: 'SIGINT',
    onOutput: (chunk) => {
      for (const line of String(chunk).split('\n')) {
        const progress = readProgress(line)
        if (progress) options.onProgress(progress)
      }
    },
  })
  if (result.code === 127) throw new DrydockError('DD_PACKAGES_FAILED', { detail: 'apt-get was not found' })
  return result
}

/** A line of apt's status descriptor: `pmstatus:crun:40.0:Unpacking crun (amd64)`. */
export function readProgress(line: string): string | undefined {
  const match = /^(?:dl|pm)status:[^:]*(?::[^:]+)?:([\d.]+):(.+)$/.exec(line)
  return match ? `${Math.round(Number(match[1]))} % · ${match[2]}` : undefined
}

export function readPlan(output: string): AptPlan {
  const block = /NEW packages will be installed:\n((?: .*\n?)+)/.exec(output)?.[1] ?? ''
  const packages = block
    .split('\n')
    .map((line) => line.trim().split(' ')[0]!)
    .filter(Boolean)
  const sizes = [...output.matchAll(/^(Need to get .*|After this operation, .* used\.)$/gm)]
    .map((match) => match[1])
    .join(' ')
  return { packages, sizes }
}

/** apt's own words, under the code that says what to do. */
export function explain(output: string): DrydockError {
  const errors = [...output.matchAll(/^E: (.+)$/gm)].map((match) => match[1]!)
  const detail = errors.slice(0, 2).join(' ') || output.trim().split('\n').at(-1) || 'no message'
  if (/No space left on device|don't have enough free space/.test(output)) {
    return new DrydockError('DD_NO_SPACE', { dir: '/var/cache/apt' })
  }
  if (
    /Could not resolve|Temporary failure resolving|Could not connect|Connection (refused|timed out|failed)|Network is unreachable/.test(
      output,
    )
  ) {
    return new DrydockError('DD_PACKAGES_OFFLINE', { detail })
  }
  return new DrydockError('DD_PACKAGES_FAILED', { detail })
}
