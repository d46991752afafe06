import { isIP } from 'node:net'
import type { ContainerSpec } from '../../container-spec.ts'
import { readPair } from './values.ts'

type Ports = NonNullable<ContainerSpec['ports']>
type Exposed = NonNullable<ContainerSpec['exposed']>

/** As many ports as one flag may name; docker would go on, and so would we. */
const MOST_PORTS = 1000

/** `-p` in every form: `80`, `8080:80/udp`, `127.0.0.1::80`, `[::1]:8080:80`, `8000-8002:80-82`, `target=80,published=8080`. */
export function readPublish(text: string): Ports | undefined {
  return text.includes('=') ? readLongForm(text) : readShortForm(text)
}

function readShortForm(text: string): Ports | undefined {
  const parts = text.split(':')
  const [container, protocol] = splitProtocol(parts.pop()!)
  const host = parts.pop() ?? ''
  const hostIp = parts.join(':').replace(/^\[(.*)\]$/, '$1')
  const inside = readRange(container)
  const outside = host === '' ? undefined : readRange(host)
  if (!protocol || !inside || (host !== '' && !outside)) return undefined
  if (hostIp !== '' && isIP(hostIp) === 0) return undefined
  const count = inside.last - inside.first
  // One port inside and several outside: the engine takes the first that is free.
  if (outside && outside.last - outside.first !== count && count !== 0) return undefined
  return Array.from({ length: count + 1 }, (_, n) => ({
    container: inside.first + n,
    protocol,
    ...(outside && outside.first !== 0 ? { host: outside.first + n } : {}),
    ...(hostIp === '' ? {} : { hostIp }),
  }))
}

function readLongForm(text: string): Ports | undefined {
  const fields = new Map(text.split(',').map(readPair))
  const target = fields.get('target') ?? ''
  const published = fields.get('published') ?? ''
  const known = ['target', 'published', 'protocol', 'mode']
  if (
    [...fields.keys()].some((key) => !known.includes(key)) ||
    target.includes(':') ||
    published.includes(':')
  ) {
    return undefined
  }
  return readShortForm(`${published}:${target}/${fields.get('protocol') ?? 'tcp'}`)
}

/** `--expose`: a port or a range. */
export function readExpose(text: string): Exposed | undefined {
  const [port, protocol] = splitProtocol(text)
  const range = readRange(port)
  if (!protocol || !range) return undefined
  return Array.from({ length: range.last - range.first + 1 }, (_, n) => ({
    container: range.first + n,
    protocol,
  }))
}

function splitProtocol(text: string): [string, 'tcp' | 'udp' | undefined] {
  const at = text.indexOf('/')
  if (at < 0) return [text, 'tcp']
  const protocol = text.slice(at + 1).toLowerCase()
  return [
    text.slice(0, at),
    protocol === '' ? 'tcp' : protocol === 'tcp' || protocol === 'udp' ? protocol : undefined,
  ]
}

function readRange(text: string): { first: number; last: number } | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (!match) return undefined
  const first = Number(match[1])
  const last = Number(match[2] ?? match[1])
  return first > 65535 || last > 65535 || last < first || last - first > MOST_PORTS
    ? undefined
    : { first, last }
}
