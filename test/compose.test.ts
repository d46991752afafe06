import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isMap, isScalar, isSeq, parse, parseDocument, type YAMLMap } from 'yaml'
import { berthSeccomp } from '../backend/berth/seccomp.ts'
import { ROOT } from '../backend/cli/places.ts'

const text = await readFile(join(ROOT, 'compose.yaml'), 'utf8')
const { services, volumes } = parse(text) as {
  services: Record<string, Record<string, unknown>>
  volumes: Record<string, unknown>
}
const { web, launcher } = services as { web: Record<string, unknown>; launcher: Record<string, unknown> }
const recipe = await readFile(join(ROOT, 'sandbox-images/lab/Dockerfile'), 'utf8')

/** Kernel features and files that a service gets; each has to say why. */
const PRIVILEGES = ['cap_add', 'security_opt', 'device_cgroup_rules', 'devices', 'volumes', 'tmpfs', 'ports']

/** Entries of those lists that have no comment on their own line. */
function unexplained(compose: string): string[] {
  const all = parseDocument(compose).get('services') as YAMLMap
  return all.items.flatMap(({ key, value }) => {
    if (!isMap(value)) return [`${key}`]
    return PRIVILEGES.flatMap((name) => {
      const list = value.get(name, true)
      if (list === undefined) return []
      if (!isSeq(list) || list.flow) return [`${key}.${name}`]
      return list.items
        .filter((item) => !isScalar(item) || !item.comment?.trim())
        .map((item) => `${key}.${name}: ${item}`)
    })
  })
}

describe('compose.yaml', () => {
  test('has two services; no host path or engine socket is mounted, no host namespace is used', () => {
    expect(Object.keys(services).sort()).toEqual(['launcher', 'web'])
    expect(text).not.toMatch(/docker\.sock/)
    for (const service of [web, launcher]) {
      expect(service).not.toHaveProperty('privileged')
      for (const shared of ['pid', 'ipc', 'userns_mode', 'uts', 'cgroup', 'devices', 'volumes_from'])
        expect(service).not.toHaveProperty(shared)
      for (const mount of service.volumes as string[])
        expect(Object.keys(volumes)).toContain(mount.split(':')[0])
    }
  })

  test('the web service has no privilege at all, and is published on this machine alone', () => {
    expect(web).toMatchObject({ user: '7070:7070', read_only: true, cap_drop: ['ALL'] })
    expect(web.security_opt).toEqual(['no-new-privileges:true'])
    expect(web.ports).toEqual(['127.0.0.1:7070:7070'])
    for (const name of ['cap_add', 'device_cgroup_rules', 'network_mode'])
      expect(web).not.toHaveProperty(name)
  })

  test('the launcher has named capabilities, no network, and a filter of system calls', () => {
    expect(launcher).toMatchObject({ read_only: true, cap_drop: ['ALL'], network_mode: 'none', init: true })
    expect(launcher).not.toHaveProperty('ports')
    expect(launcher.cap_add).not.toContain('ALL')
    expect((launcher.security_opt as string[]).filter((one) => one.startsWith('seccomp'))).toEqual([
      'seccomp:sandbox-images/lab/launcher-seccomp.json',
    ])
  })

  test('both know the same user', () => {
    expect((launcher.command as string[]).join(' ')).toBe('--web-uid 7070 --web-gid 7070')
    expect(recipe).toMatch(/^USER 7070:7070$/m)
  })

  test('every privilege says why it is there', () => {
    expect(unexplained(text)).toEqual([])
    expect(unexplained('services: {a: {cap_add: [X]}}')).toEqual(['a.cap_add'])
    expect(unexplained('services:\n  a:\n    cap_add:\n      - X # why\n      - Y\n')).toEqual([
      'a.cap_add: Y',
    ])
  })
})

test('the launcher’s filter refuses what berths may not call either, and lets keyrings to the berths’ own', async () => {
  const profile = JSON.parse(
    await readFile(join(ROOT, 'sandbox-images/lab/launcher-seccomp.json'), 'utf8'),
  ) as {
    syscalls: { names: string[] }[]
  }
  const refused = new Set(profile.syscalls.flatMap(({ names }) => names))
  const berths = berthSeccomp('x64').syscalls.flatMap(({ names }) => names)
  // EPERM, the only answer that every Docker engine's filter can give, is taken for a fault there; berths answer ENOSYS.
  const keyrings = ['add_key', 'keyctl', 'request_key']
  expect(berths.filter((name) => !refused.has(name)).sort()).toEqual(keyrings)
  expect([...refused].filter((name) => !berths.includes(name))).toEqual([])
})
