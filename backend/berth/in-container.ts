import { readdir, readFile } from 'node:fs/promises'
import { command } from './command.ts'
import { BERTHS_PER_LAB } from './uids.ts'

/**
 * What a container engine closes to its containers and a launcher in one has to open again, in its own mount namespace alone: parts of
 * /proc and /sys that lie under other mounts, and control groups that are mounted read-only. The kernel lets a user namespace have a
 * proc or sysfs of its own only where the existing one is whole and writable (`mnt_already_visible` in fs/namespace.c), and every
 * berth has one. On an ordinary host nothing is to be done. Commands in the order in which they work.
 */
export function openings(mountinfo: string): [program: string, ...argv: string[]][] {
  const commands: [string, ...string[]][] = []
  const mounts = mountinfo.split('\n').flatMap(parseMount)
  for (const { point, type } of mounts.toReversed()) {
    const covers =
      /^\/proc\/./.test(point) || (/^\/sys\/./.test(point) && !/^\/sys\/fs\/cgroup(\/|$)/.test(point))
    // Others, binfmt_misc for one, stand on folders that the kernel made for them: they hide nothing.
    if (covers && ['proc', 'tmpfs'].includes(type)) commands.push(['umount', point])
  }
  for (const { point, type, readOnly } of mounts) {
    if (!readOnly) continue
    if (point === '/sys' && type === 'sysfs') commands.push(['mount', '-o', 'remount,rw', point])
    // Bind: this mount alone. It shows no more than the container's own groups.
    if (type === 'cgroup' || type === 'cgroup2') commands.push(['mount', '-o', 'remount,bind,rw', point])
  }
  return commands
}

function parseMount(line: string): { point: string; type: string; readOnly: boolean }[] {
  const [before, after] = line.split(' - ')
  if (!before || !after) return []
  const [, , , , point = '', options = ''] = before.split(' ')
  return [{ point, type: after.split(' ')[0] ?? '', readOnly: options.split(',').includes('ro') }]
}

/** Makes `$1`, then block device nodes for the numbers `$2` to `$3` of the loop driver; what is there already is left. */
const MAKE_NODES = `set -eu
[ -e /dev/loop-control ] || mknod -m 600 /dev/loop-control c 10 "$1"
n=$2
while [ "$n" -le "$3" ]; do
  [ -e "/dev/loop$n" ] || mknod -m 600 "/dev/loop$n" b 7 "$n"
  n=$((n + 1))
done`
const LOOP_CONTROL_MINOR = 237 // LOOP_CTRL_MINOR in the kernel's miscdevice.h
const SPARE = 32 // loop devices that others on the machine may take meanwhile

/** Where /dev is not the kernel's own (devtmpfs), a new loop device gets no node by itself: they are made here, once. */
export async function makeLoopNodes(): Promise<void> {
  const dev = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').flatMap(parseMount)
  if (dev.findLast(({ point }) => point === '/dev')?.type !== 'tmpfs') return
  const present = (await readdir('/sys/block')).filter((name) => /^loop\d+$/.test(name))
  const highest = Math.max(-1, ...present.map((name) => Number(name.slice('loop'.length))))
  const last = String(highest + BERTHS_PER_LAB + SPARE)
  await command('sh', ['-c', MAKE_NODES, 'drydock', String(LOOP_CONTROL_MINOR), '0', last])
}
