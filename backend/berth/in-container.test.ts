import { expect, test } from 'vitest'
import { openings } from './in-container.ts'

test('a Docker container on a host with cgroup v1: covers are taken away, own control groups become writable', () => {
  const mountinfo = `122 60 0:39 / / rw,relatime - overlay overlay rw
123 122 0:42 / /proc rw,nosuid - proc proc rw
124 122 0:43 / /dev rw,nosuid - tmpfs tmpfs rw
126 122 0:45 / /sys ro,nosuid - sysfs sysfs ro
127 126 0:46 / /sys/fs/cgroup rw,nosuid - tmpfs tmpfs rw
131 127 0:32 /docker/8ae /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory
65 123 0:42 /sys /proc/sys ro,nosuid - proc proc rw
67 123 0:43 /null /proc/keys rw,nosuid - tmpfs tmpfs rw
69 126 0:79 / /sys/firmware ro,relatime - tmpfs tmpfs ro`
  expect(openings(mountinfo)).toEqual([
    ['umount', '/sys/firmware'],
    ['umount', '/proc/keys'],
    ['umount', '/proc/sys'],
    ['mount', '-o', 'remount,rw', '/sys'],
    ['mount', '-o', 'remount,bind,rw', '/sys/fs/cgroup/memory'],
  ])
})

test('on a host with cgroup v2', () => {
  const mountinfo = `126 122 0:45 / /sys ro,nosuid - sysfs sysfs ro
127 126 0:30 / /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate`
  expect(openings(mountinfo)).toEqual([
    ['mount', '-o', 'remount,rw', '/sys'],
    ['mount', '-o', 'remount,bind,rw', '/sys/fs/cgroup'],
  ])
})

test('an ordinary host is left alone', () => {
  const mountinfo = `22 28 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw
23 28 0:22 / /proc rw,nosuid shared:13 - proc proc rw
29 22 0:6 / /sys/kernel/security rw,nosuid shared:8 - securityfs securityfs rw
31 22 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw
37 23 0:32 / /proc/sys/fs/binfmt_misc rw,relatime shared:15 - autofs systemd-1 rw
38 22 0:33 / /sys/fs/bpf rw,nosuid shared:16 - bpf bpf rw`
  expect(openings(mountinfo)).toEqual([])
})
