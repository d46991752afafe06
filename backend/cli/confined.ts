import { realpathSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ROOT } from './places.ts'
import type { Account } from './prepare/account.ts'

/** A folder that the unprivileged process sees at another place. */
export interface Binding {
  from: string
  /** An existing folder: the mount point. */
  to: string
  readOnly: boolean
}

export interface Confinement {
  account: Account
  /** Groups besides its own, for a given engine's socket. */
  groups?: number[]
  bindings: Binding[]
  cwd: string
}

/**
 * Binds FROM TO ro|rw …, then runs what follows `--`. Arguments come as words, never as script text. The clone may lie where only root
 * may walk (/root is 0700), so the process gets it at a place of its own, in a mount namespace of its own.
 */
const ENTER = `set -eu
while [ "$1" != -- ]; do
  mount --rbind -- "$1" "$2"
  options=remount,bind,nosuid,nodev
  [ "$3" = rw ] || options=$options,ro
  mount -o "$options" -- "$2"
  shift 3
done
shift
cd -- "$1"
shift
exec "$@"`

/** The words that run `argv` as an ordinary user that can never be root again: no capabilities, none to be had, no set-uid programs. */
export function confine(argv: string[], confinement: Confinement): string[] {
  const { uid, gid } = confinement.account
  const groups = confinement.groups?.length
    ? [`--groups=${confinement.groups.join(',')}`]
    : ['--clear-groups']
  return [
    ...['unshare', '--mount', '--propagation', 'private', '--'],
    ...['sh', '-c', ENTER, 'drydock'],
    ...confinement.bindings.flatMap((one) => [one.from, one.to, one.readOnly ? 'ro' : 'rw']),
    ...['--', confinement.cwd],
    ...['setpriv', `--reuid=${uid}`, `--regid=${gid}`, ...groups, '--no-new-privs'],
    ...['--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--pdeathsig=TERM', '--'],
    ...argv,
  ]
}

/** The environment of such a process: what it needs, not what root's shell happens to hold. */
export function confinedEnv(env: NodeJS.ProcessEnv, home: string): NodeJS.ProcessEnv {
  const kept = ['LANG', 'LC_ALL', 'LC_MESSAGES', 'TZ', 'NO_COLOR', 'NODE_EXTRA_CA_CERTS', 'NODE_ENV']
  const own = Object.entries(env).filter(([name]) => kept.includes(name) || name.startsWith('DRYDOCK_'))
  return {
    ...Object.fromEntries(own),
    HOME: home,
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  }
}

/** A path of the clone as the confined process sees it; a Node.js from elsewhere stays where it is. */
export function seenFrom(app: string, file: string): string {
  const inside = relative(realpathSync(ROOT), file)
  return inside.startsWith('..') ? file : join(app, inside)
}
