import { describe, expect, it } from 'vitest'
import { type Recorded, recordedSubject } from '../subject.fixture.ts'
import { lowPort } from './low-port.ts'

const about = { id: 'g', title: { en: 'T', ja: 'T' }, hint: { en: 'H', ja: 'H' } }
const fixes = ['publish', 'proxy', 'capability', 'sysctl'] as const
const goal = { ...about, kind: 'low-port', port: 80, fixes: [...fixes] } as const
const OK = 'HTTP/1.1 200 OK\r\n\r\n'
const low = { published: [{ host: 80, container: 80 }], http: { 'published:80': OK } }
const judge = (recorded: Recorded) =>
  lowPort.evaluate({ ...goal, fixes: [...fixes] }, recordedSubject(recorded))

describe('low-port', () => {
  it.each<[string, Recorded]>([
    ['publish', { published: [{ host: 80, container: 8080 }], http: { 'published:80': OK } }],
    ['capability', { ...low, processes: [{ ports: [80], capabilities: '0000000000000400' }] }],
    [
      'sysctl',
      {
        ...low,
        processes: [{ ports: [80] }],
        unprivilegedPortStart: 80,
        runCommand: 'docker run --sysctl net.ipv4.ip_unprivileged_port_start=80 -p 80:80 web',
      },
    ],
  ])('recognises %s', async (fix, recorded) => {
    const verdict = await judge(recorded)
    expect(verdict.status).toBe('passed')
    expect(verdict.evidence[0]).toBe(`fix: ${fix}`)
  })

  it('tells an ambient capability from one of the file', async () => {
    const processes = [{ ports: [80], capabilities: '0000000000000400', ambient: '0000000000000400' }]
    expect((await judge({ ...low, processes })).observed[0].en).toContain('ambient')
  })

  it.each<[string, Recorded]>([
    ['root', { ...low, processes: [{ ports: [80], uids: [0, 0, 0, 0] }] }],
    [
      'a root master beside workers that are not',
      { ...low, processes: [{ ports: [80], uids: [0, 0, 0, 0] }, {}] },
    ],
    ['a silent port', { published: [{ host: 80, container: 8080 }] }],
    [
      'an engine that opens the port to everybody',
      { ...low, processes: [{ ports: [80] }], unprivilegedPortStart: 0 },
    ],
  ])('refuses %s', async (_, recorded) => {
    expect((await judge(recorded)).status).toBe('failed')
  })
})
