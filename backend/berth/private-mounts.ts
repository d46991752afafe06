import { readFile, readlink } from 'node:fs/promises'
import { parseHierarchies } from './cgroup.ts'
import { command } from './command.ts'
import { makeLoopNodes, openings } from './in-container.ts'

/**
 * Berths are launched from a mount namespace of our own (mount_namespaces(7)): their disks are invisible to the rest of the host, and when
 * the launcher and its berths are gone, however they went, the kernel unmounts everything and frees the loop devices.
 */
export const PRIVATE_MOUNTS = ['unshare', '--mount', '--propagation', 'private', '--'] as const

/** To be called first by a program that was started with PRIVATE_MOUNTS. */
export async function settlePrivateMounts(): Promise<void> {
  const [own, init] = await Promise.all([
    readlink('/proc/self/ns/mnt'),
    readlink('/proc/1/ns/mnt').catch(() => ''),
  ])
  if (own === init) throw new Error(`start this with: ${PRIVATE_MOUNTS.join(' ')}`)
  for (const [program, ...argv] of openings(await readFile('/proc/self/mountinfo', 'utf8')))
    await command(program, argv)
  await makeLoopNodes()
  // crun takes a host with v1 controllers and a bare v2 tree for a v2 host and fails. Here that tree can be out of sight.
  const hierarchies = parseHierarchies(await readFile('/proc/self/mountinfo', 'utf8'))
  if (!hierarchies.some((hierarchy) => hierarchy.version === 1)) return
  for (const hierarchy of hierarchies.filter((each) => each.version === 2))
    await command('umount', [hierarchy.mountPoint])
}
