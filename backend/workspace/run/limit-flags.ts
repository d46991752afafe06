import type { ContainerSpec } from '../../container-spec.ts'
import type { Apply } from './draft.ts'
import { readBytes, readInteger, readNanoCpus, readUlimit } from './values.ts'

type SizeKey = 'memoryBytes' | 'memoryReservationBytes' | 'shmSizeBytes'
type NumberKey = {
  [Key in keyof ContainerSpec]-?: ContainerSpec[Key] extends number | undefined ? Key : never
}[keyof ContainerSpec]

const size =
  (key: SizeKey): Apply =>
  ({ spec }, value) => {
    const bytes = readBytes(value)
    if (bytes === undefined) return 'size'
    spec[key] = bytes
  }

const integer =
  (key: Exclude<NumberKey, undefined>, least = Number.NEGATIVE_INFINITY): Apply =>
  ({ spec }, value) => {
    const number = readInteger(value)
    if (number === undefined || number < least) return 'number'
    spec[key] = number
  }

/** The flags that bound what a container may use. */
export const APPLY_LIMITS = {
  'cpu-period': integer('cpuPeriod'),
  'cpu-quota': integer('cpuQuota'),
  'cpu-shares': integer('cpuShares'),
  cpus: ({ spec }, value) => {
    const nano = readNanoCpus(value)
    if (nano === undefined) return 'decimal'
    spec.nanoCpus = nano
  },
  'cpuset-cpus': ({ spec }, value) => {
    spec.cpusetCpus = value
  },
  memory: size('memoryBytes'),
  'memory-reservation': size('memoryReservationBytes'),
  'memory-swap': ({ spec }, value) => {
    const bytes = value === '-1' ? -1 : readBytes(value)
    if (bytes === undefined) return 'size'
    spec.memorySwapBytes = bytes
  },
  'oom-score-adj': integer('oomScoreAdj'),
  'pids-limit': integer('pidsLimit'),
  'shm-size': size('shmSizeBytes'),
  'stop-timeout': integer('stopTimeout'),
  ulimit: ({ spec }, value) => {
    const ulimit = readUlimit(value)
    if (!ulimit) return 'ulimit'
    spec.ulimits = [...(spec.ulimits ?? []).filter((other) => other.name !== ulimit.name), ulimit]
  },
} satisfies Record<string, Apply>
