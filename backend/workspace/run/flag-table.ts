/** One flag of `docker run`. */
export interface FlagEntry {
  short?: string
  /** Takes no value of its own: `--read-only`, `--read-only=false`. */
  boolean?: true
  /**
   * `client`: it changes what the docker command itself does, and nothing in the container. `refused`: known, and not carried out
   * here, because no lesson is about it.
   */
  effect?: 'client' | 'refused'
  /** Another name of the flag named. */
  alias?: string
}

/** Every flag that `docker run` knows, from version 20.10 to 29. */
export const FLAGS = {
  'add-host': {},
  annotation: { effect: 'refused' },
  attach: { short: 'a', effect: 'client' },
  'blkio-weight': { effect: 'refused' },
  'blkio-weight-device': { effect: 'refused' },
  'cap-add': {},
  'cap-drop': {},
  'cgroup-parent': {},
  cgroupns: {},
  cidfile: { effect: 'client' },
  'cpu-count': { effect: 'refused' },
  'cpu-percent': { effect: 'refused' },
  'cpu-period': {},
  'cpu-quota': {},
  'cpu-rt-period': { effect: 'refused' },
  'cpu-rt-runtime': { effect: 'refused' },
  'cpu-shares': { short: 'c' },
  cpus: {},
  'cpuset-cpus': {},
  'cpuset-mems': { effect: 'refused' },
  detach: { short: 'd', boolean: true },
  'detach-keys': { effect: 'client' },
  device: {},
  'device-cgroup-rule': { effect: 'refused' },
  'device-read-bps': { effect: 'refused' },
  'device-read-iops': { effect: 'refused' },
  'device-write-bps': { effect: 'refused' },
  'device-write-iops': { effect: 'refused' },
  'disable-content-trust': { boolean: true, effect: 'client' },
  dns: {},
  'dns-opt': { alias: 'dns-option' },
  'dns-option': {},
  'dns-search': {},
  domainname: {},
  entrypoint: {},
  env: { short: 'e' },
  'env-file': {},
  expose: {},
  gpus: { effect: 'refused' },
  'group-add': {},
  'health-cmd': {},
  'health-interval': {},
  'health-retries': {},
  'health-start-interval': { effect: 'refused' },
  'health-start-period': {},
  'health-timeout': {},
  help: { boolean: true, effect: 'refused' },
  hostname: { short: 'h' },
  init: { boolean: true },
  interactive: { short: 'i', boolean: true },
  'io-maxbandwidth': { effect: 'refused' },
  'io-maxiops': { effect: 'refused' },
  ip: { effect: 'refused' },
  ip6: { effect: 'refused' },
  ipc: {},
  isolation: { effect: 'refused' },
  'kernel-memory': { effect: 'refused' },
  label: { short: 'l' },
  'label-file': {},
  link: { effect: 'refused' },
  'link-local-ip': { effect: 'refused' },
  'log-driver': {},
  'log-opt': {},
  'mac-address': { effect: 'refused' },
  memory: { short: 'm' },
  'memory-reservation': {},
  'memory-swap': {},
  'memory-swappiness': { effect: 'refused' },
  mount: {},
  name: {},
  net: { alias: 'network' },
  'net-alias': { alias: 'network-alias' },
  network: {},
  'network-alias': {},
  'no-healthcheck': { boolean: true },
  'oom-kill-disable': { boolean: true, effect: 'refused' },
  'oom-score-adj': {},
  pid: {},
  'pids-limit': {},
  platform: { effect: 'client' },
  privileged: { boolean: true },
  publish: { short: 'p' },
  'publish-all': { short: 'P', boolean: true },
  pull: { effect: 'client' },
  quiet: { short: 'q', boolean: true, effect: 'client' },
  'read-only': { boolean: true },
  restart: {},
  rm: { boolean: true },
  runtime: {},
  'security-opt': {},
  'shm-size': {},
  'sig-proxy': { boolean: true, effect: 'client' },
  'stop-signal': {},
  'stop-timeout': {},
  'storage-opt': { effect: 'refused' },
  sysctl: {},
  tmpfs: {},
  tty: { short: 't', boolean: true },
  ulimit: {},
  'use-api-socket': { boolean: true, effect: 'refused' },
  user: { short: 'u' },
  userns: {},
  uts: {},
  volume: { short: 'v' },
  'volume-driver': { effect: 'refused' },
  'volumes-from': { effect: 'refused' },
  workdir: { short: 'w' },
} as const satisfies Record<string, FlagEntry>

type Table = typeof FLAGS
export type FlagName = keyof Table
/** The flags that shape the container. */
export type CarriedFlag = {
  [Name in FlagName]: Table[Name] extends { effect: string } | { alias: string } ? never : Name
}[FlagName]

const table: Record<string, FlagEntry> = FLAGS
const byShort = new Map(
  Object.entries(table).flatMap(([name, entry]) => (entry.short ? [[entry.short, name]] : [])) as [
    string,
    string,
  ][],
)

/** The entry under the flag's own name. */
export function longFlag(name: string): (FlagEntry & { name: string }) | undefined {
  const entry = Object.hasOwn(table, name) ? table[name] : undefined
  return entry?.alias ? longFlag(entry.alias) : entry && { ...entry, name }
}

export function shortFlag(char: string): (FlagEntry & { name: string }) | undefined {
  const name = byShort.get(char)
  return name === undefined ? undefined : longFlag(name)
}

/** The known flag nearest to a mistyped one, with its dashes; undefined when none is near. */
export function nearestFlag(written: string): string | undefined {
  const name = written.replace(/^-+/, '').toLowerCase().slice(0, 40)
  let best: string | undefined
  let least = Math.min(3, Math.ceil(name.length / 3)) + 1
  for (const candidate of Object.keys(table)) {
    const distance = editDistance(name, candidate)
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best && `--${best}`
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const substitution = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[other.length]!
}
