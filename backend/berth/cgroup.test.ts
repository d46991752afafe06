import { expect, test } from 'vitest'
import { Cgroups, parseHierarchies } from './cgroup.ts'

const V1 = `24 23 0:21 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
25 24 0:22 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
26 24 0:23 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
27 24 0:24 / /sys/fs/cgroup/systemd rw,relatime - cgroup systemd rw,xattr,name=systemd
28 24 0:25 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
29 24 0:26 / /sys/fs/cgroup/rdma rw - cgroup cgroup rw,rdma`
const V2 =
  '30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot'

test('hierarchies of a v1, a hybrid and a v2 host', () => {
  expect(parseHierarchies(V1)).toEqual([
    { version: 1, mountPoint: '/sys/fs/cgroup/memory', name: 'memory' },
    { version: 1, mountPoint: '/sys/fs/cgroup/cpu,cpuacct', name: 'cpu,cpuacct' },
    { version: 1, mountPoint: '/sys/fs/cgroup/systemd', name: 'systemd' },
    { version: 2, mountPoint: '/sys/fs/cgroup/unified', name: 'unified' },
  ])
  expect(parseHierarchies(V2)).toEqual([{ version: 2, mountPoint: '/sys/fs/cgroup', name: 'unified' }])
  expect(new Cgroups(parseHierarchies(V1), 'x').unified).toBe(false)
  expect(new Cgroups(parseHierarchies(V2), 'x').unified).toBe(true)
})
