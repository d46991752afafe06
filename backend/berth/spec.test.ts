import { expect, test } from 'vitest'
import { berthSpec } from './spec.ts'

const input = {
  hostname: 'lab-host',
  firstUid: 805306368,
  usr: '/golden/usr',
  disk: '/disk',
  layers: [{ id: 'abc', diff: '/golden/layers/abc/diff' }],
  services: '/services',
  rootfs: '/rootfs',
  cgroupsPath: '/drydock-x/b/sub',
  arch: 'x64',
}

test('a berth has namespaces of its own, all of them', () => {
  const types = berthSpec(input).linux.namespaces.map((namespace) => namespace.type)
  expect(types.toSorted()).toEqual(['cgroup', 'ipc', 'mount', 'network', 'pid', 'user', 'uts'])
  expect(berthSpec({ ...input, hostNetwork: true }).linux.namespaces.map((each) => each.type)).not.toContain(
    'network',
  )
})

test('its root is no id of the host', () => {
  const { uidMappings, gidMappings } = berthSpec(input).linux
  expect(uidMappings).toEqual([{ containerID: 0, hostID: 805306368, size: 65536 }])
  expect(gidMappings).toEqual(uidMappings)
})

test('what is shared is bound read-only; layers lie below the engine’s own mount', () => {
  const { mounts } = berthSpec(input)
  const at = (path: string) => mounts.findIndex((mount) => mount.destination === path)
  expect(mounts[at('/usr')]).toMatchObject({
    source: '/golden/usr',
    options: expect.arrayContaining(['ro', 'idmap']),
  })
  expect(mounts[at('/var/lib/docker/overlay2/abc/diff')]?.options).toContain('ro')
  expect(mounts[at('/run/drydock')]?.options).toEqual(expect.arrayContaining(['ro', 'nosuid', 'noexec']))
  expect(at('/var')).toBeLessThan(at('/var/lib/docker'))
  expect(at('/var/lib/docker')).toBeLessThan(at('/var/lib/docker/overlay2/abc/diff'))
  expect(at('/run')).toBeLessThan(at('/run/drydock'))
})

test('on the host’s network the bake’s engine gets no sysfs of its own: the kernel would refuse it', () => {
  const sys = (hostNetwork: boolean) =>
    berthSpec({ ...input, hostNetwork }).mounts.find((mount) => mount.destination === '/sys')
  expect(sys(true)).toMatchObject({ type: 'bind', options: expect.arrayContaining(['ro']) })
  expect(sys(false)).toMatchObject({ type: 'sysfs' })
})
