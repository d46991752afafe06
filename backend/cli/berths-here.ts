import { spawnSync } from 'node:child_process'
import { DrydockError } from '../errors.ts'

/** Berths need Linux, root, and the right to mount. DD_NO_BERTHS says the ways that work elsewhere. */
export function requireBerths(): void {
  const reason = whyNot()
  if (reason) throw new DrydockError('DD_NO_BERTHS', { reason })
}

function whyNot(): 'platform' | 'root' | 'mount' | undefined {
  if (process.platform !== 'linux') return 'platform'
  if (process.getuid?.() !== 0) return 'root'
  return spawnSync('unshare', ['--mount', '--propagation', 'private', 'true']).status === 0
    ? undefined
    : 'mount'
}
