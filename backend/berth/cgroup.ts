import { chown, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BerthLimits } from './port.ts'

/**
 * Control groups of berths: `<root>/drydock-<lab>/<berth>` carries the limits and stays root's; `…/<berth>/sub` belongs to the berth's
 * root, which makes groups for containers below it and can change none of the limits above (cgroups(7), "delegation").
 */
export interface Hierarchy {
  version: 1 | 2
  mountPoint: string
  /** v1: `memory`, `pids`, `systemd` (the named one) …; v2: `unified`. */
  name: string
}

const V1_WANTED = new Set([
  'memory',
  'pids',
  'cpu',
  'cpuacct',
  'cpuset',
  'devices',
  'freezer',
  'blkio',
  'systemd',
  'net_cls',
  'net_prio',
  'perf_event',
  'hugetlb',
])

/** The mounted hierarchies, from /proc/self/mountinfo (proc(5)). */
export function parseHierarchies(mountinfo: string): Hierarchy[] {
  const found: Hierarchy[] = []
  for (const line of mountinfo.split('\n')) {
    const [before, after] = line.split(' - ')
    if (!before || !after) continue
    const mountPoint = before.split(' ')[4] ?? ''
    const [type, , options = ''] = after.split(' ')
    if (type === 'cgroup2') found.push({ version: 2, mountPoint, name: 'unified' })
    if (type !== 'cgroup') continue
    const named = /(?:^|,)name=([^,]+)/.exec(options)?.[1]
    const controllers = options.split(',').filter((option) => V1_WANTED.has(option))
    const name = named ?? controllers[0]
    if (name && !found.some((other) => other.mountPoint === mountPoint))
      found.push({ version: 1, mountPoint, name: named ?? controllers.join(',') })
  }
  return found
}

export class Cgroups {
  readonly hierarchies: Hierarchy[]
  readonly lab: string
  readonly #parent: string

  constructor(hierarchies: Hierarchy[], lab: string) {
    this.hierarchies = hierarchies
    this.lab = lab
    this.#parent = `drydock-${lab}`
  }

  static async detect(lab: string): Promise<Cgroups> {
    return new Cgroups(parseHierarchies(await readFile('/proc/self/mountinfo', 'utf8')), lab)
  }

  /** True where cgroup v2 carries the controllers; a hybrid host's v2 tree without controllers does not count. */
  get unified(): boolean {
    return !this.hierarchies.some((hierarchy) => hierarchy.version === 1)
  }

  /** For the runtime's `linux.cgroupsPath`. */
  runtimePath(berth: string): string {
    return `/${this.#parent}/${berth}/sub`
  }

  async create(berth: string, owner: number, limits: BerthLimits): Promise<void> {
    for (const hierarchy of this.hierarchies) {
      const lab = join(hierarchy.mountPoint, this.#parent)
      const group = join(lab, berth)
      const sub = join(group, 'sub')
      if (hierarchy.version === 2) await enableControllers(hierarchy.mountPoint)
      await mkdir(lab, { recursive: true })
      if (hierarchy.version === 2) await enableControllers(lab)
      await mkdir(group, { recursive: true })
      if (hierarchy.name.split(',').includes('cpuset') && hierarchy.version === 1) {
        for (const each of [lab, group]) await inheritCpuset(hierarchy.mountPoint, each)
      }
      if (hierarchy.version === 2) await enableControllers(group)
      await writeLimits(hierarchy, group, limits)
      await mkdir(sub, { recursive: true })
      await chown(sub, owner, owner)
      const delegated =
        hierarchy.version === 2
          ? ['cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads']
          : ['cgroup.procs', 'tasks']
      for (const file of delegated) await chown(join(sub, file), owner, owner).catch(() => {})
    }
  }

  /** Kills whatever is left in the berth's groups, and removes them. Resolves when they are gone; missing is fine. */
  async destroy(berth: string): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      let left = 0
      for (const hierarchy of this.hierarchies) {
        const group = join(hierarchy.mountPoint, this.#parent, berth)
        left += await emptyAndRemove(group)
      }
      if (left === 0) return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    throw new Error(`cgroups of berth ${berth} still hold processes after 2 s`)
  }

  /** Names of this lab's berths that have a group anywhere. */
  async list(): Promise<string[]> {
    const names = new Set<string>()
    for (const hierarchy of this.hierarchies) {
      for (const name of await subgroups(join(hierarchy.mountPoint, this.#parent))) names.add(name)
    }
    return [...names]
  }

  async removeLab(): Promise<void> {
    for (const hierarchy of this.hierarchies)
      await rmdir(join(hierarchy.mountPoint, this.#parent)).catch(() => {})
  }

  /** Processes of a berth, as the host numbers them. */
  async processes(berth: string): Promise<number[]> {
    const first =
      this.hierarchies.find((hierarchy) => hierarchy.name.includes('pids') || hierarchy.version === 2) ??
      this.hierarchies[0]
    return first ? processesBelow(join(first.mountPoint, this.#parent, berth)) : []
  }

  /** Bytes charged to the berth now, page cache included; undefined where no memory controller is. */
  async memoryBytes(berth: string): Promise<number | undefined> {
    for (const { mountPoint, name, version } of this.hierarchies) {
      if (version === 1 && !name.split(',').includes('memory')) continue
      const file = version === 2 ? 'memory.current' : 'memory.usage_in_bytes'
      const text = await readFile(join(mountPoint, this.#parent, berth, file), 'utf8').catch(() => undefined)
      if (text) return Number(text)
    }
    return undefined
  }
}

async function writeLimits({ version, name }: Hierarchy, group: string, limits: BerthLimits): Promise<void> {
  const set = (file: string, value: string | number) => writeFile(join(group, file), String(value))
  // Absent without swap accounting; without swap there is nothing to bound.
  const setIfThere = (file: string, value: string | number) => set(file, value).catch(() => {})
  const period = 100_000 // µs, the kernel's default
  if (version === 2) {
    if ((await readFile(join(group, 'cgroup.controllers'), 'utf8')).includes('memory')) {
      await set('memory.max', limits.memoryBytes)
      await setIfThere('memory.swap.max', 0)
      await set('pids.max', limits.pids)
      await set('cpu.max', `${Math.round(limits.cpus * period)} ${period}`)
    }
    return
  }
  const controllers = name.split(',')
  if (controllers.includes('memory')) {
    await set('memory.limit_in_bytes', limits.memoryBytes)
    await setIfThere('memory.memsw.limit_in_bytes', limits.memoryBytes)
  }
  if (controllers.includes('pids')) await set('pids.max', limits.pids)
  if (controllers.includes('cpu')) {
    await set('cpu.cfs_period_us', period)
    await set('cpu.cfs_quota_us', Math.round(limits.cpus * period))
  }
}

/**
 * Enables what can be enabled for children. A group that itself holds processes refuses ("no internal processes"): that is the case
 * only when the lab runs in a container, at the root of its cgroup namespace; then its processes move into a child first.
 */
async function enableControllers(group: string): Promise<void> {
  const available = (await readFile(join(group, 'cgroup.controllers'), 'utf8').catch(() => ''))
    .trim()
    .split(' ')
    .filter(Boolean)
  const control = join(group, 'cgroup.subtree_control')
  const enabled = (await readFile(control, 'utf8').catch(() => '')).trim().split(' ')
  for (const controller of available.filter((name) => !enabled.includes(name))) {
    try {
      await writeFile(control, `+${controller}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') continue
      const own = join(group, 'drydock-launcher')
      await mkdir(own, { recursive: true })
      for (const pid of (await readFile(join(group, 'cgroup.procs'), 'utf8')).split('\n').filter(Boolean)) {
        await writeFile(join(own, 'cgroup.procs'), pid).catch(() => {})
      }
      await writeFile(control, `+${controller}`).catch(() => {})
    }
  }
}

async function inheritCpuset(root: string, group: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    await writeFile(join(group, file), (await readFile(join(root, file), 'utf8')).trim())
  }
  await writeFile(join(group, 'cgroup.clone_children'), '1')
}

async function subgroups(group: string): Promise<string[]> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
}

async function processesBelow(group: string): Promise<number[]> {
  const own = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '')
  const pids = own.split('\n').filter(Boolean).map(Number)
  for (const name of await subgroups(group)) pids.push(...(await processesBelow(join(group, name))))
  return pids
}

/** Number of groups that could not be removed yet. */
async function emptyAndRemove(group: string): Promise<number> {
  const own = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => undefined)
  if (own === undefined) return 0
  // cgroup.kill (Linux 5.14) takes the whole subtree at once; elsewhere signal what is there and look again.
  await writeFile(join(group, 'cgroup.kill'), '1').catch(() => {})
  for (const pid of own.split('\n').filter(Boolean).map(Number)) {
    try {
      if (pid > 1) process.kill(pid, 'SIGKILL')
    } catch {} // ended meanwhile
  }
  let left = 0
  for (const name of await subgroups(group)) left += await emptyAndRemove(join(group, name))
  return (
    left +
    (await rmdir(group).then(
      () => 0,
      () => 1,
    ))
  )
}
