import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type BaseImages, baseImages } from './base-images.ts'
import { DrydockError } from './errors.ts'

/** Everything the operator can choose. Flags win over the environment. */
export interface Config {
  port: number
  /** A loopback address; anything else is DD_BIND_REFUSED, but where `published`. */
  host: string
  /** A given Docker engine (`unix:///…`, `tcp://host:port`) in place of berths. */
  engine: string | undefined
  /** Absolute. Learners' files and progress. */
  data: string
  /** Absolute. What can be made again: baked images, the golden root. */
  cache: string
  install: boolean
  /** Where the base images come from when they are baked. */
  baseImages: BaseImages | undefined
  /** The launcher's Unix socket. Set by `npm start` for the web process, not by people. */
  launcher: string | undefined
  /** The addresses are a container's own: who reaches them is decided where its port is published. Set by compose.yaml, not by people. */
  published: boolean
  /** Host names, besides the loopback ones, under which a browser may reach the lab (a reverse proxy's name). */
  names: string[]
  /** How long a berth stays after the last tab closed. */
  leaseMinutes: number
}

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  engine: { type: 'string' },
  data: { type: 'string' },
  cache: { type: 'string' },
  launcher: { type: 'string' },
  name: { type: 'string', multiple: true },
  lease: { type: 'string' },
  'base-images': { type: 'string' },
  published: { type: 'boolean' },
  'no-install': { type: 'boolean' },
} as const

const HIDDEN = ['launcher', 'published']
const DEFAULT_PORT = 7070
const DEFAULT_LEASE_MINUTES = 15 // a coffee; a berth costs the host 50–300 MB meanwhile

/** Pure. DD_CONFIG_FLAG for an unknown flag, DD_CONFIG_VALUE for a bad value, DD_BIND_REFUSED for an address beyond loopback. */
export function parseConfig(argv: string[], env: Record<string, string | undefined>, home = '/root'): Config {
  const flags = parseFlags(argv)
  const given = (flag: keyof typeof flags, name: string) =>
    (flags[flag] as string | undefined) ?? (env[name] || undefined)

  const host = given('host', 'DRYDOCK_HOST') ?? '127.0.0.1'
  const published = flags.published ?? false
  const engine = given('engine', 'DRYDOCK_ENGINE')
  return {
    port: integer('--port', given('port', 'DRYDOCK_PORT') ?? String(DEFAULT_PORT), 0, 65535),
    host: published && isIP(host) ? host : loopback(host),
    engine: engine === undefined ? undefined : engineUrl(engine),
    data: resolve(given('data', 'DRYDOCK_DATA') ?? `${home}/.local/share/drydock`),
    cache: resolve(given('cache', 'DRYDOCK_CACHE') ?? `${home}/.cache/drydock`),
    install: !(flags['no-install'] ?? truthy(env.DRYDOCK_NO_INSTALL)),
    baseImages: baseImages(given('base-images', 'DRYDOCK_BASE_IMAGES'), '--base-images'),
    launcher: given('launcher', 'DRYDOCK_LAUNCHER'),
    published,
    names: flags.name ?? env.DRYDOCK_NAMES?.split(',').filter(Boolean) ?? [],
    leaseMinutes: integer(
      '--lease',
      given('lease', 'DRYDOCK_LEASE') ?? String(DEFAULT_LEASE_MINUTES),
      1,
      24 * 60,
    ),
  }
}

function parseFlags(argv: string[]) {
  const { values, tokens } = parseArgs({ args: argv, options: OPTIONS, strict: false, tokens: true })
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    const flag = token.kind === 'option' ? token.rawName : token.value
    if (token.kind !== 'option' || !Object.hasOwn(OPTIONS, token.name)) throw unknownFlag(flag)
    const option = OPTIONS[token.name as keyof typeof OPTIONS]
    if (option.type === 'string' && (!token.value || token.value.startsWith('--'))) {
      throw new DrydockError('DD_CONFIG_VALUE', {
        name: flag,
        value: token.value ?? '',
        wanted: `a value: ${flag} VALUE`,
      })
    }
    if (option.type === 'boolean' && token.value !== undefined) {
      throw new DrydockError('DD_CONFIG_VALUE', { name: flag, value: token.value, wanted: 'no value' })
    }
  }
  return values as {
    -readonly [K in keyof typeof OPTIONS]?: K extends 'name'
      ? string[]
      : K extends 'no-install' | 'published'
        ? boolean
        : string
  }
}

function unknownFlag(flag: string): DrydockError {
  const options = Object.keys(OPTIONS).filter((name) => !HIDDEN.includes(name))
  const nearest = options
    .map((name) => ({ name, distance: editDistance(flag.replace(/^-+/, ''), name) }))
    .sort((a, b) => a.distance - b.distance)[0]
  const close = nearest && nearest.distance <= Math.max(1, Math.floor(nearest.name.length / 2))
  return new DrydockError('DD_CONFIG_FLAG', {
    flag,
    suggestion: close ? `--${nearest.name}` : 'none',
    options: options.map((name) => `--${name}`).join(', '),
  })
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]!
}

function integer(name: string, value: string, min: number, max: number): number {
  if (/^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value)
  throw new DrydockError('DD_CONFIG_VALUE', { name, value, wanted: `a whole number from ${min} to ${max}` })
}

function loopback(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))) return bare
  throw new DrydockError('DD_BIND_REFUSED', { host })
}

function engineUrl(value: string): string {
  if (/^unix:\/\/\/.+/.test(value) || /^(tcp|http):\/\/[^/\s:]+:\d+\/?$/.test(value)) return value
  throw new DrydockError('DD_CONFIG_VALUE', {
    name: '--engine',
    value,
    wanted: 'unix:///path/to/docker.sock or tcp://host:port',
  })
}

function truthy(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase())
}
