import type { Apply, Draft } from './draft.ts'
import type { CarriedFlag } from './flag-table.ts'
import { APPLY_LIMITS } from './limit-flags.ts'
import { readMount, readVolume } from './mounts.ts'
import { readExpose, readPublish } from './ports.ts'
import { securityOption } from './security-option.ts'
import { isContainerSysctl, readDurationMs, readInteger, readPair, readPairsFile } from './values.ts'
import { fileIn } from './workspace-file.ts'

type ListKey =
  | 'dns'
  | 'dnsOptions'
  | 'dnsSearch'
  | 'devices'
  | 'groupAdd'
  | 'networkAliases'
  | 'securityOpt'
  | 'capAdd'
  | 'capDrop'
  | 'addHosts'
  | 'binds'
type TextKey =
  | 'name'
  | 'user'
  | 'hostname'
  | 'domainname'
  | 'stopSignal'
  | 'runtime'
  | 'cgroupParent'
  | 'logDriver'
type TruthKey = 'init' | 'openStdin' | 'tty' | 'privileged' | 'publishAll' | 'readOnly' | 'autoRemove'

function append(draft: Draft, key: ListKey, value: string): void {
  draft.spec[key] = [...(draft.spec[key] ?? []), value]
}
const list =
  (key: ListKey): Apply =>
  (draft, value) => {
    append(draft, key, value)
  }
const text =
  (key: TextKey): Apply =>
  ({ spec }, value) => {
    spec[key] = value
  }
const namespace =
  (key: 'pid' | 'uts' | 'userns' | 'ipc' | 'cgroupns', modes: RegExp): Apply =>
  ({ spec }, value) => {
    if (!modes.test(value)) return 'other'
    spec[key] = value
  }
const truth =
  (key: TruthKey): Apply =>
  ({ spec }, value) => {
    spec[key] = value === 'true'
  }
const duration =
  (key: 'intervalMs' | 'timeoutMs' | 'startPeriodMs'): Apply =>
  ({ health }, value) => {
    const ms = readDurationMs(value)
    if (ms === undefined) return 'duration'
    health[key] = ms
  }
const pairsFile =
  (key: 'fileEnv' | 'fileLabels'): Apply =>
  (draft, value) => {
    const pairs = fileIn(draft.scope, value)
    const read = pairs && readPairsFile(pairs)
    if (!read) return 'file'
    draft[key].push(...read)
  }
const capability =
  (key: 'capAdd' | 'capDrop'): Apply =>
  (draft, value) => {
    // The engine takes no lists: "A,B" would be the name of one unknown capability.
    if (!/^[a-z_]+$/i.test(value)) return 'capability'
    append(draft, key, value)
  }

/** One entry for each flag: a missing one is a type error. */
export const APPLY: Record<CarriedFlag, Apply> = {
  ...APPLY_LIMITS,
  'add-host': (draft, value) => {
    const [, host, ip] = /^([^:=]+)[:=](.+)$/.exec(value) ?? []
    if (!host || !ip) return 'host'
    append(draft, 'addHosts', `${host}:${ip}`)
  },
  'cap-add': capability('capAdd'),
  'cap-drop': capability('capDrop'),
  'cgroup-parent': text('cgroupParent'),
  cgroupns: namespace('cgroupns', /^(|private|host)$/),
  detach: (draft, value) => {
    draft.detach = value === 'true'
  },
  device: list('devices'),
  dns: list('dns'),
  'dns-option': list('dnsOptions'),
  'dns-search': list('dnsSearch'),
  domainname: text('domainname'),
  entrypoint: ({ spec }, value) => {
    spec.entrypoint = [value] // the empty one takes the image's away
  },
  env: ({ env }, value) => {
    if (readPair(value)[0] === '') return 'pair'
    env.push(value)
  },
  'env-file': pairsFile('fileEnv'),
  expose: ({ spec }, value) => {
    const ports = readExpose(value)
    if (!ports) return 'port'
    spec.exposed = [...(spec.exposed ?? []), ...ports]
  },
  'group-add': list('groupAdd'),
  'health-cmd': ({ health }, value) => {
    health.command = value
  },
  'health-interval': duration('intervalMs'),
  'health-retries': ({ health }, value) => {
    const retries = readInteger(value)
    if (retries === undefined || retries < 0) return 'number'
    health.retries = retries
  },
  'health-start-period': duration('startPeriodMs'),
  'health-timeout': duration('timeoutMs'),
  hostname: text('hostname'),
  init: truth('init'),
  interactive: truth('openStdin'),
  ipc: namespace('ipc', /^(|none|private|shareable|host|container:.+)$/),
  label: ({ labels }, value) => {
    if (readPair(value)[0] === '') return 'pair'
    labels.push(value)
  },
  'label-file': pairsFile('fileLabels'),
  'log-driver': text('logDriver'),
  'log-opt': ({ spec }, value) => {
    if (!value.includes('=')) return 'pair'
    const [name, option] = readPair(value)
    spec.logOptions = { ...spec.logOptions, [name]: option }
  },
  mount: ({ spec, scope }, value) => {
    const mount = readMount(value, scope.workingDir)
    if (!mount) return 'mount'
    spec.mounts = [...(spec.mounts ?? []), mount]
  },
  name: text('name'),
  network: ({ spec }, value) => {
    if (spec.network !== undefined) return 'network'
    const fields = value.includes('=') ? value.split(',').map(readPair) : [['name', value]]
    for (const [key, field = ''] of fields) {
      if (key === 'name' && field) spec.network = field
      else if (key === 'alias' && field) spec.networkAliases = [...(spec.networkAliases ?? []), field]
      else return 'network'
    }
    if (spec.network === undefined) return 'network'
  },
  'network-alias': list('networkAliases'),
  'no-healthcheck': (draft, value) => {
    draft.noHealth = value === 'true'
  },
  pid: namespace('pid', /^(|host|container:.+)$/),
  privileged: truth('privileged'),
  publish: ({ spec }, value) => {
    const ports = readPublish(value)
    if (!ports) return 'port'
    spec.ports = [...(spec.ports ?? []), ...ports]
  },
  'publish-all': truth('publishAll'),
  'read-only': truth('readOnly'),
  restart: ({ spec }, value) => {
    if (!/^(no|always|unless-stopped|on-failure(:\d{1,9})?|)$/.test(value)) return 'restart'
    spec.restart = value
  },
  rm: truth('autoRemove'),
  runtime: text('runtime'),
  'security-opt': (draft, value) => securityOption(draft, value),
  'stop-signal': text('stopSignal'),
  sysctl: ({ spec }, value) => {
    const [name, setting] = readPair(value)
    if (!value.includes('=') || !isContainerSysctl(name)) return 'sysctl'
    spec.sysctls = { ...spec.sysctls, [name]: setting }
  },
  tmpfs: ({ spec }, value) => {
    const at = value.indexOf(':')
    const path = at < 0 ? value : value.slice(0, at)
    if (!path.startsWith('/')) return 'path'
    spec.tmpfs = { ...spec.tmpfs, [path]: at < 0 ? '' : value.slice(at + 1) }
  },
  tty: truth('tty'),
  user: text('user'),
  userns: namespace('userns', /^(|host)$/),
  uts: namespace('uts', /^(|host)$/),
  volume: (draft, value) => {
    const bind = readVolume(value, draft.scope.workingDir)
    if (!bind) return 'volume'
    if (!draft.spec.binds?.includes(bind)) append(draft, 'binds', bind)
  },
  workdir: ({ spec }, value) => {
    spec.workingDir = value
  },
}
