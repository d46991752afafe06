import { posix } from 'node:path'
import { DrydockError } from '../../errors.ts'
import { readMount, readVolume } from './mounts.ts'
import type { FlagUse } from './read-flags.ts'
import { readPair } from './values.ts'

/** Why a flag may be refused; the keys of DD_RUN_FLAG_REFUSED's `reason`. */
export type RefusalReason =
  | 'privileged'
  | 'namespace'
  | 'network'
  | 'device'
  | 'bind'
  | 'socket'
  | 'limits'
  | 'runtime'
  | 'unconfined'

export interface RunPolicy {
  refuse: ReadonlySet<RefusalReason>
}

/**
 * For grading, unless a lesson says otherwise. The berth would contain all of it: these are refused because the goals would then speak about
 * another thing than the container. `unconfined` is left to the goals, which see its effect.
 */
export const GRADING_POLICY: RunPolicy = {
  refuse: new Set(['privileged', 'namespace', 'network', 'device', 'bind', 'socket', 'limits', 'runtime']),
}

/** The same policy without these refusals. */
export function allowing(policy: RunPolicy, ...reasons: RefusalReason[]): RunPolicy {
  const refuse = new Set(policy.refuse)
  for (const reason of reasons) refuse.delete(reason)
  return { refuse }
}

/** DD_RUN_FLAG_REFUSED at the first flag that the policy refuses. */
export function checkAllowed(
  parsed: { flags: FlagUse[]; file: string; workingDir: string },
  policy: RunPolicy = GRADING_POLICY,
): void {
  for (const use of parsed.flags) {
    const reason = reasonsAgainst(use, parsed.workingDir).find((candidate) => policy.refuse.has(candidate))
    if (!reason) continue
    const flag = use.value === 'true' ? use.written : `${use.written} ${use.value.slice(0, 80)}`
    throw new DrydockError('DD_RUN_FLAG_REFUSED', { file: parsed.file, line: use.line, flag, reason })
  }
}

function reasonsAgainst(use: FlagUse, workingDir: string): RefusalReason[] {
  switch (use.name) {
    case 'privileged':
      return use.value === 'true' ? ['privileged'] : []
    case 'pid':
    case 'ipc':
    case 'uts':
    case 'userns':
    case 'cgroupns':
      return use.value === 'host' || use.value.startsWith('container:') ? ['namespace'] : []
    case 'network':
      return /(^|[,=])(host$|host,|container:)/.test(use.value) ? ['network'] : []
    case 'device':
      return ['device']
    case 'volume':
      return hostPath(readVolume(use.value, workingDir)?.match(/^(.*?):/)?.[1], workingDir)
    case 'mount': {
      const mount = readMount(use.value, workingDir)
      return mount?.type === 'bind' ? hostPath(mount.source, workingDir) : []
    }
    case 'cgroup-parent':
      return ['limits']
    case 'runtime':
      return ['runtime']
    case 'security-opt':
      return ['unconfined', 'disable'].includes(readPair(use.value.replace(':', '='))[1])
        ? ['unconfined']
        : []
    default:
      return []
  }
}

/** `source` is a bind's when it begins with a slash; a named volume's does not. */
function hostPath(source: string | undefined, workingDir: string): RefusalReason[] {
  if (!source?.startsWith('/')) return []
  const path = posix.resolve(source)
  if (path === workingDir || path.startsWith(`${workingDir}/`)) return []
  return /\/(docker|containerd)\.sock$/.test(path) || /^\/(var\/)?run$/.test(path)
    ? ['socket', 'bind']
    : ['bind']
}
