import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DrydockError } from '../errors.ts'

export type EngineTarget = { socketPath: string } | { url: string }

/** Where to connect, in the words of node:http. */
export type Address =
  | { socketPath: string }
  | { host: string; port: number; tls?: { ca?: Buffer; cert?: Buffer; key?: Buffer } }

/**
 * `unix://`, `npipe://` and `tcp://` as DOCKER_HOST has them. Port 2376 and `https://` mean TLS; its certificates come from the folder
 * `certPath` (ca.pem, cert.pem, key.pem, as DOCKER_CERT_PATH).
 */
export function parseTarget(target: EngineTarget, certPath?: string): Address {
  if ('socketPath' in target) return { socketPath: target.socketPath }
  const wrong = () => new DrydockError('DD_ENGINE_URL', { url: target.url.slice(0, 200) })
  const local = /^(?:unix|npipe):\/\/(.*)$/.exec(target.url)
  if (local) {
    if (!local[1]) throw wrong()
    return { socketPath: local[1] }
  }
  const remote = /^(tcp|https?):\/\/(?:\[([0-9a-f:]+)\]|([\w.-]+))(?::(\d{1,5}))?\/?$/i.exec(target.url)
  if (!remote) throw wrong()
  const [, scheme, ipv6, name, given] = remote
  const secure = scheme === 'https' || given === '2376'
  const port = Number(given ?? (secure ? 2376 : 2375))
  const host = (ipv6 ?? name)!
  if (port > 65535) throw wrong()
  if (!secure) return { host, port }
  const pem = (name: string) => (certPath ? readFileSync(join(certPath, name)) : undefined)
  return { host, port, tls: { ca: pem('ca.pem'), cert: pem('cert.pem'), key: pem('key.pem') } }
}
