/** Values as the docker command reads them. Each gives undefined for what docker refuses. */

const SIZE_UNITS = ['', 'k', 'm', 'g', 't', 'p']

/** go-units RAMInBytes: `512m`, `1.5g`, `64 MiB`; powers of 1024. */
export function readBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(text)
  if (!match || /^[\d.]+ ?i/i.test(text)) return undefined
  const bytes = Number(match[1]) * 1024 ** SIZE_UNITS.indexOf(match[2]!.toLowerCase())
  return Number.isSafeInteger(Math.trunc(bytes)) ? Math.trunc(bytes) : undefined
}

/** Go's ParseInt with base 0. */
export function readInteger(text: string): number | undefined {
  const match = /^([+-]?)(0x[0-9a-f]+|0b[01]+|0o?[0-7]+|0|[1-9]\d*)$/i.exec(text)
  if (!match) return undefined
  const digits = /^0[0-7]+$/.test(match[2]!) ? `0o${match[2]!.slice(1)}` : match[2]!
  const value = Number(digits) * (match[1] === '-' ? -1 : 1)
  return Number.isSafeInteger(value) ? value + 0 : undefined
}

/** `--cpus`: billionths of a CPU, exactly. */
export function readNanoCpus(text: string): number | undefined {
  const match = /^\+?(\d*)\.?(\d*)$/.exec(text)
  if (!match || (match[1] === '' && match[2] === '') || match[2]!.length > 9) return undefined
  const nano = Number(`${match[1]}${match[2]!.padEnd(9, '0')}`)
  return Number.isSafeInteger(nano) ? nano : undefined
}

const DURATION_UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** Go's ParseDuration, in milliseconds; not negative. */
export function readDurationMs(text: string): number | undefined {
  if (text === '0') return 0
  if (text.length > 60 || !/^\+?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text))
    return undefined
  let ms = 0
  for (const [, number, unit] of text.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    ms += Number(number) * DURATION_UNITS[unit!]!
  }
  return Number.isFinite(ms) ? ms : undefined
}

/** `name=value`, split at the first `=`; without one the value is empty. */
export function readPair(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

const ULIMITS = new Set(
  'core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(
    ' ',
  ),
)

/** `nofile=1024:2048`; -1 is unlimited. */
export function readUlimit(text: string): { name: string; soft: number; hard: number } | undefined {
  const match = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text)
  if (!match || !ULIMITS.has(match[1]!)) return undefined
  const soft = Number(match[2])
  const hard = match[3] === undefined ? soft : Number(match[3])
  if (!Number.isSafeInteger(soft) || !Number.isSafeInteger(hard)) return undefined
  const tooSoft = hard !== -1 && (soft === -1 || soft > hard)
  return soft < -1 || hard < -1 || tooSoft ? undefined : { name: match[1]!, soft, hard }
}

/** Settings that belong to a container's own namespaces: the docker command accepts no others. */
export function isContainerSysctl(name: string): boolean {
  return (
    /^(net\.|fs\.mqueue\.).+/.test(name) ||
    /^kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)$/.test(name)
  )
}

/** The lines of an `--env-file` or `--label-file`. A line without `=` is undefined's: it would take the learner's own environment. */
export function readPairsFile(content: Buffer): string[] | undefined {
  const pairs: string[] = []
  for (const raw of content
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split('\n')) {
    const line = raw.replace(/\r$/, '').replace(/^[ \t]+/, '')
    if (line === '' || line.startsWith('#')) continue
    const [name] = readPair(line)
    if (name === '' || /[ \t]/.test(name)) return undefined
    if (line.includes('=')) pairs.push(line)
  }
  return pairs
}
