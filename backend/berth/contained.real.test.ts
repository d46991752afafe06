import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asBerthRoot, inBerth, testBerthHost } from '../../test/berths.ts'
import type { Berth, BerthHost } from './port.ts'

let host: BerthHost
let berth: Berth
beforeAll(async () => {
  host = await testBerthHost()
  berth = await host.open()
})
afterAll(() => host[Symbol.asyncDispose]())

test('the tree that all berths share cannot be written, whatever is remounted', async () => {
  const attack = await asBerthRoot(
    berth,
    `mount -o remount,rw /usr; mount -o remount,bind,rw /usr; mount -o remount,rw,bind,dev,exec /usr
     touch /usr/planted; echo x >> /usr/bin/docker; mkdir /x 2>/dev/null; mount --bind /usr /x; mount -o remount,rw /x; touch /x/planted
     for layer in /var/lib/docker/overlay2/*/diff; do mount -o remount,bind,rw $layer; touch $layer/planted; done 2>&1 | sort | uniq -c
     id -u; grep CapEff /proc/self/status; awk '$5 == "/usr"' /proc/self/mountinfo`,
  )
  // The attack was real: full root, and the mount point's own flag did become rw. The superblock's did not.
  expect(attack.text).toMatch(/^0$/m)
  expect(attack.text).toMatch(/CapEff:\s+0*1?[0-9a-f]*ffffffff/)
  expect(attack.text).toMatch(/ \/usr rw,\S* - ext4 \S+ ro/)
  expect(attack.text).toContain("'/usr/planted': Read-only file system")
  const seen = await asBerthRoot(
    berth,
    'ls -d /usr/planted /x/planted /var/lib/docker/overlay2/*/diff/planted',
  )
  expect(seen.text).not.toMatch(/^\/(usr|x)\/planted/m)

  await using other = await host.open()
  const there = await asBerthRoot(other, 'ls -d /usr/planted /var/lib/docker/overlay2/*/diff/planted')
  expect(there.exit).not.toBe(0)
  expect(there.text).not.toMatch(/^\/\S*planted$/m)
})

test('launching gives the berth nothing of the host’s devices', async () => {
  // crun hands its standard streams to the berth's root; with /dev/null among them, that root owned everybody's /dev/null.
  const { stat } = await import('node:fs/promises')
  for (const device of ['null', 'zero', 'full', 'random', 'urandom', 'tty']) {
    const { uid, gid, mode } = await stat(`/dev/${device}`)
    expect({ device, uid, mode: mode & 0o777 }).toEqual({ device, uid: 0, mode: 0o666 })
    expect([0, 5]).toContain(gid)
  }
})

test('root of a berth is nobody outside', async () => {
  const { text } = await asBerthRoot(berth, 'cat /proc/self/uid_map; hostname')
  const [, outside = '0'] = /^\s*0\s+(\d+)\s+65536$/m.exec(text) ?? []
  expect(Number(outside)).toBeGreaterThanOrEqual(0x30000000)
  expect(text).toContain('lab-host')
})

test('nothing leads to the host: devices, kernel settings, modules, time, other processes', async () => {
  const attack = await asBerthRoot(
    berth,
    `mknod /tmp/disk b 254 0 2>&1; head -c 1 /tmp/disk 2>&1 | od -c; mount -t ext4 /dev/loop0 /mnt 2>&1
     echo h > /proc/sysrq-trigger; echo '|/x' > /proc/sys/kernel/core_pattern; echo 1 > /proc/sys/vm/drop_caches; echo x > /proc/sys/kernel/modprobe
     mount -t debugfs d /mnt 2>&1; mount -t tracefs d /mnt 2>&1; mount -t securityfs d /mnt 2>&1; mount -t bpf d /mnt 2>&1
     date -s 2000-01-01 2>&1; dmesg 2>&1 | head -1; echo "processes: $(ls /proc | grep -c '^[0-9]')"`,
  )
  for (const denied of ['/tmp/disk', 'sysrq-trigger', 'core_pattern', 'drop_caches', 'modprobe']) {
    expect(attack.text).toMatch(
      new RegExp(`${denied}.*(denied|not permitted|No such file|Read-only|nonexistent)`, 'i'),
    )
  }
  expect(attack.text.match(/mount: \/mnt: .*/g)?.length).toBe(5)
  expect(attack.text).toMatch(/cannot set date: Operation not permitted/)
  expect(attack.text).toMatch(/dmesg: .*(not permitted|denied)/)
  expect(Number(/processes: (\d+)/.exec(attack.text)?.[1])).toBeLessThan(60) // only its own
})

test('its own limits are out of its reach', async () => {
  const attack = await asBerthRoot(
    berth,
    `for f in /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us \
       /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max /sys/fs/cgroup/cpu.max; do [ -e $f ] && { echo 999999999999 > $f; }; done
     mkdir -p /tmp/cg; mount -t cgroup -o memory c /tmp/cg && { cat /tmp/cg/memory.limit_in_bytes; echo 1 > /tmp/cg/release_agent; echo 999999999999 > /tmp/cg/memory.limit_in_bytes; }; true`,
  )
  expect(
    attack.text.match(/(Permission denied|Operation not permitted|nonexistent)/g)?.length,
  ).toBeGreaterThanOrEqual(2)
})

test('there is no way out: the host’s loopback, another berth, any address', async () => {
  const server = createServer((_, response) => response.end('the host'))
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const { text } = await asBerthRoot(
      berth,
      `ip route; ip -brief address; curl -s -m 3 http://127.0.0.1:${port}/ || echo refused`,
    )
    expect(text).toContain('refused')
    expect(text).not.toContain('the host')
    // Its only links are its own loopback and its own bridges, and there is no default route: nothing to knock on.
    expect(text).not.toMatch(/^default/m)
    expect(
      text.match(/^\S+(?=\s+(UP|DOWN|UNKNOWN))/gm)?.filter((name) => !/^(lo|docker0|br-|veth)/.test(name)),
    ).toEqual([])
  } finally {
    server.close()
  }
})

test('a fork bomb, a memory hog and a disk filler stop at the berth’s bounds; the berth and its neighbour go on', async () => {
  await using small = await host.open({ limits: { memoryBytes: 512 << 20, pids: 300, diskBytes: 1 << 30 } })
  await using neighbour = await host.open()
  const bomb = await inBerth(
    small,
    `docker run --rm debian:bookworm-slim bash -c 'for i in $(seq 500); do sleep 5 & done; wait' 2>&1 | sort | uniq -c | sort -rn | head -3`,
    90,
  )
  expect(bomb.text).toMatch(/fork|Resource temporarily unavailable/)
  const hog = await inBerth(
    small,
    `docker run --rm node:22-slim node -e 'const a=[];for(;;)a.push(Buffer.alloc(1<<24,1))'; echo "ended $?"`,
  )
  expect(hog.text).toMatch(/ended (137|1)/)
  const filler = await inBerth(
    small,
    `docker run --rm debian:bookworm-slim dd if=/dev/zero of=/big bs=1M count=3000`,
    90,
  )
  expect(filler.text).toMatch(/No space left on device/)
  expect((await inBerth(neighbour, 'docker run --rm debian:bookworm-slim echo fine')).text).toContain('fine')
  expect((await inBerth(small, 'docker run --rm debian:bookworm-slim echo again')).text).toContain('again')
})

test('calls that reach a kernel shared by all are refused', async () => {
  const { text } = await inBerth(
    berth,
    `docker run --rm --privileged node:22-slim sh -c 'cat /proc/keys 2>&1 | wc -l; unshare -U true && echo nested-ok'; python3 - <<'E'
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for name, number in (("bpf", 321), ("perf_event_open", 298), ("keyctl", 250), ("io_uring_setup", 425), ("userfaultfd", 323)):
    libc.syscall(number, 0, 0, 0, 0, 0); print(name, ctypes.get_errno())
E`,
  )
  if (process.arch === 'x64') {
    for (const line of ['bpf 1', 'perf_event_open 1', 'keyctl 38', 'io_uring_setup 38', 'userfaultfd 38'])
      expect(text).toContain(line)
  }
})
