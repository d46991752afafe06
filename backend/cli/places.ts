import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The clone's root folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

type Env = Record<string, string | undefined>

/** Where work and progress are kept unless the operator says otherwise: a service's place for root, the user's own for a user. */
export function defaultData(env: Env, uid = process.getuid?.(), home = homedir()): string {
  if (uid === 0) return '/var/lib/drydock'
  return join(env.XDG_DATA_HOME || join(home, '.local/share'), 'drydock')
}

/** Everything that is made again when it is missing: baked images, the golden root. */
export function cacheOf(data: string, env: Env): string {
  return resolve(env.DRYDOCK_CACHE || join(data, 'cache'))
}

/** What one lab has at run time. Under /run: gone after a reboot, and short enough for a Unix socket's address (108 bytes). */
export interface RunPlaces {
  /** Holds the others; everybody may walk through it. */
  dir: string
  /** The process id of the `npm start` that owns this data folder. */
  lock: string
  launcherSocket: string
  /** Where the unprivileged process sees the clone, read-only. */
  app: string
  /** Where it sees its own part of the data folder. */
  data: string
}

export function runPlaces(data: string): RunPlaces {
  const dir = join(
    '/run/drydock',
    `start-${createHash('sha256').update(resolve(data)).digest('hex').slice(0, 8)}`,
  )
  return {
    dir,
    lock: join(dir, 'lock'),
    launcherSocket: join(dir, 'launcher.sock'),
    app: join(dir, 'app'),
    data: join(dir, 'data'),
  }
}
