import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cgroups } from '../../backend/berth/cgroup.ts'

/** Bytes. `idle` cannot be taken back from the berth; `cache` the kernel drops when it needs room. */
export interface BerthMemory {
  idle: number
  cache: number
}

/** What a berth's control group is charged with, by kind. */
export async function berthMemory(cgroups: Cgroups, berth: string): Promise<BerthMemory> {
  for (const { mountPoint, name, version } of cgroups.hierarchies) {
    if (version === 1 && !name.split(',').includes('memory')) continue
    const group = join(mountPoint, `drydock-${cgroups.lab}`, berth)
    const stat = await readFile(join(group, 'memory.stat'), 'utf8')
    if (version === 2) return readUnified(stat)
    return readLegacy(stat, Number(await readFile(join(group, 'memory.kmem.usage_in_bytes'), 'utf8')))
  }
  throw new Error('no control group counts memory here')
}

/** cgroup v2: the kernel's Documentation/admin-guide/cgroup-v2.rst, "memory.stat". All of them include the groups below. */
export function readUnified(stat: string): BerthMemory {
  const of = reader(stat)
  const kernel = of('kernel') || of('kernel_stack') + of('pagetables') + of('percpu') + of('slab')
  return { idle: of('anon') + of('shmem') + kernel, cache: of('file') - of('shmem') }
}

/** cgroup v1: Documentation/admin-guide/cgroup-v1/memory.rst, 5.2. `total_` includes the groups below, as the kernel memory's own file does. */
export function readLegacy(stat: string, kernel: number): BerthMemory {
  const of = reader(stat)
  const shmem = of('total_shmem')
  return { idle: of('total_rss') + shmem + kernel, cache: of('total_cache') - shmem }
}

function reader(stat: string): (key: string) => number {
  const values = new Map(stat.split('\n').map((line) => line.split(' ') as [string, string]))
  return (key) => Number(values.get(key) ?? 0)
}
