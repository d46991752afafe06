import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cgroups } from './cgroup.ts'
import type { Layout } from './layout.ts'
import { Runtime } from './runtime.ts'

/**
 * Removes everything a crashed launcher of this lab left: processes and cgroups, runtime records, sockets, disks. Their mounts and loop
 * devices went with the launcher's mount namespace and the last process. Only for use while no launcher of this lab runs.
 * Returns the berths' names.
 */
export async function reap(layout: Layout, cgroups: Cgroups): Promise<string[]> {
  const runtime = new Runtime(join(layout.runDir, 'runtime'))
  const left = new Set<string>()
  for (const id of await cgroups.list()) {
    left.add(id)
    await cgroups.destroy(id)
  }
  for (const id of await runtime.list()) {
    left.add(id)
    await runtime.kill(id)
  }
  for (const dir of [layout.runDir, layout.diskDir]) {
    for (const name of await readdir(dir).catch(() => [])) {
      if (!isBerth(name)) continue
      left.add(name)
      await rm(join(dir, name), { recursive: true, force: true, maxRetries: 3 })
    }
  }
  await cgroups.removeLab()
  return [...left]
}

/** Berths are named by the launcher: `b` and 12 hex digits, or `bake`. */
export function isBerth(name: string): boolean {
  return /^(b[0-9a-f]{12}|bake)$/.test(name)
}
