import { describe, expect, it } from 'vitest'
import { type Recorded, recordedSubject } from '../subject.fixture.ts'
import { listener } from './listener.ts'

const goal = {
  id: 'g',
  title: { en: 'T', ja: 'T' },
  hint: { en: 'H', ja: 'H' },
  kind: 'listener',
  port: 80,
} as const
const published = [{ host: 80, container: 8080 }]
const files = { 'server.js': 'app' }
const judge = (recorded: Recorded) =>
  listener.evaluate(goal, recordedSubject({ published, files, ...recorded }))

describe('listener', () => {
  it('follows the published port to the process that holds it', async () => {
    expect(await judge({})).toMatchObject({
      status: 'passed',
      observed: [{}, { inner: 8080, pid: 1, uid: 1000 }],
    })
  })

  it('takes a worker’s socket that its master of the same app holds', async () => {
    const processes = [{ command: 'node master.js', ports: [8080] }, { command: 'node server.js' }]
    expect((await judge({ processes })).status).toBe('passed')
  })

  it.each<[string, Recorded]>([
    ['root', { processes: [{ uids: [0, 0, 0, 0] }] }],
    ['nobody', { published: [{ host: 80, container: 3000 }] }],
    [
      'a forwarder',
      {
        processes: [
          { ports: [] },
          { ports: [8080], command: 'socat TCP-LISTEN:8080', executable: '/usr/bin/socat' },
        ],
      },
    ],
    [
      'a program on the command line',
      { processes: [{ ports: [] }, { ports: [8080], command: 'node -e listen()' }] },
    ],
    [
      'another script beside the app',
      { processes: [{ ports: [] }, { ports: [8080], command: 'node decoy.js' }] },
    ],
    ['a port that leads nowhere', { published: [], processes: [{ ports: [8080] }] }],
  ])('refuses %s', async (_, recorded) => {
    expect((await judge(recorded)).status).toBe('failed')
  })
})
