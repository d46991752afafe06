import type { IncomingMessage } from 'node:http'
import { DrydockError } from '../errors.ts'

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]']

/**
 * Refuses what a foreign site can make a browser send: DD_HOST_REFUSED for a name that only DNS rebinding leads here,
 * DD_ORIGIN_REFUSED for a request that another origin's page caused. `upgrade`: a WebSocket, which browsers open across origins without
 * asking, so its Origin must be there and be ours.
 */
export function checkNames(request: IncomingMessage, names: readonly string[], upgrade: boolean): void {
  const { host, origin } = request.headers
  const url = host === undefined ? undefined : URL.parse(`http://${host}`)
  const known = url && url.host === host?.toLowerCase().replace(/:80$/, '')
  if (!known || ![...LOOPBACK_NAMES, ...names].includes(url.hostname)) {
    throw new DrydockError('DD_HOST_REFUSED', { host: host ?? '' })
  }
  if (origin !== undefined && !sameOrigin(origin, url.host))
    throw new DrydockError('DD_ORIGIN_REFUSED', { origin })
  const changes = upgrade || !['GET', 'HEAD', 'OPTIONS'].includes(request.method ?? '')
  if (changes && origin === undefined) throw new DrydockError('DD_ORIGIN_REFUSED', { origin: 'none' })
  const site = request.headers['sec-fetch-site']
  const navigation = request.headers['sec-fetch-mode'] === 'navigate'
  if ((site === 'cross-site' || site === 'same-site') && !navigation) {
    throw new DrydockError('DD_ORIGIN_REFUSED', { origin: origin ?? 'none' })
  }
}

function sameOrigin(origin: string, host: string): boolean {
  const url = URL.parse(origin)
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.host === host
}
