import { posix } from 'node:path'
import type { ContainerSpec } from '../../container-spec.ts'
import { readBytes, readPair } from './values.ts'

type Mount = NonNullable<ContainerSpec['mounts']>[number]

/** `-v`: a bind, a named or an anonymous volume. A source that begins with a dot is relative to the workspace, as since Docker 23. */
export function readVolume(text: string, workingDir: string): string | undefined {
  const parts = text.split(':')
  if (parts.length > 3 || parts.some((part) => part === '')) return undefined
  if (parts.length === 1) return parts[0]!.startsWith('/') ? text : undefined
  const [source = '', target = '', ...options] = parts
  if (!target.startsWith('/')) return undefined
  const bind = source.startsWith('/') || source === '.' || source === '..' || /^\.\.?\//.test(source)
  if (!bind && !/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(source)) return undefined
  return [bind ? absolute(source, workingDir) : source, target, ...options].join(':')
}

function absolute(source: string, workingDir: string): string {
  return source.startsWith('/') ? source : posix.resolve(workingDir, source)
}

const KEYS: Record<string, string> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
}

const SUPPORTED = new Set([
  'type',
  'source',
  'target',
  'readonly',
  'consistency', // means something on a Mac only
  'bind-propagation',
  'volume-nocopy',
  'tmpfs-size',
  'tmpfs-mode',
])

/** `--mount type=bind,source=…,target=…[,readonly]`: one line of comma-separated values. */
export function readMount(text: string, workingDir: string): Mount | undefined {
  const fields = readCsv(text)
  if (!fields) return undefined
  const values = new Map<string, string>()
  for (const field of fields) {
    const [written, value] = readPair(field)
    const key = KEYS[written.toLowerCase()] ?? written.toLowerCase()
    if (!SUPPORTED.has(key)) return undefined
    const flag = key === 'readonly' || key === 'volume-nocopy'
    if (!field.includes('=') && !flag) return undefined
    values.set(key, flag && !field.includes('=') ? 'true' : value)
  }
  return toMount(values, workingDir)
}

function toMount(values: Map<string, string>, workingDir: string): Mount | undefined {
  const type = (values.get('type') ?? 'volume').toLowerCase()
  const target = values.get('target')
  if ((type !== 'bind' && type !== 'volume' && type !== 'tmpfs') || !target?.startsWith('/')) return undefined
  const mount: Mount = { type, target }
  const source = values.get('source')
  if (source) mount.source = type === 'bind' ? absolute(source, workingDir) : source
  if ((type === 'bind') !== (mount.source !== undefined) && type !== 'volume') return undefined
  const readOnly = truth(values.get('readonly'))
  const noCopy = truth(values.get('volume-nocopy'))
  if (readOnly === undefined || noCopy === undefined) return undefined
  if (readOnly) mount.readOnly = true
  if (noCopy) mount.noCopy = true
  const propagation = values.get('bind-propagation')
  if (propagation) mount.propagation = propagation
  const foreign = [...values.keys()].some(
    (key) => /^(bind|volume|tmpfs)-/.test(key) && !key.startsWith(`${type}-`),
  )
  return foreign ? undefined : withTmpfsOptions(mount, values)
}

function withTmpfsOptions(mount: Mount, values: Map<string, string>): Mount | undefined {
  const size = values.get('tmpfs-size')
  const mode = values.get('tmpfs-mode')
  if (size !== undefined) mount.tmpfsSizeBytes = readBytes(size)
  if (mode !== undefined) mount.tmpfsMode = /^[0-7]{1,5}$/.test(mode) ? Number.parseInt(mode, 8) : undefined
  const wrong =
    (size !== undefined && mount.tmpfsSizeBytes === undefined) ||
    (mode !== undefined && mount.tmpfsMode === undefined)
  return wrong ? undefined : mount
}

/** Absent is false; undefined is neither true nor false. */
function truth(text = 'false'): boolean | undefined {
  if (/^(1|t|true)$/i.test(text)) return true
  return /^(0|f|false)$/i.test(text) ? false : undefined
}

/** One record of RFC 4180, with quotes where the whole field is quoted. */
function readCsv(text: string): string[] | undefined {
  const fields: string[] = []
  let rest = text
  for (;;) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/.exec(rest)
    if (!match) return undefined
    fields.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'))
    if (match[3] === '') return fields
    rest = rest.slice(match[0].length)
  }
}
