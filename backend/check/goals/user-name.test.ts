import { describe, expect, it } from 'vitest'
import { PASSWD, type Recorded, recordedSubject } from '../subject.fixture.ts'
import { userName } from './user-name.ts'

const goal = { id: 'g', title: { en: 'T', ja: 'T' }, hint: { en: 'H', ja: 'H' }, kind: 'user-name' } as const
const status = async (recorded: Recorded) => (await userName.evaluate(goal, recordedSubject(recorded))).status

describe('user-name', () => {
  it('passes when kernel, passwd and whoami agree', async () => {
    expect(await status({})).toBe('passed')
  })

  it('passes without a whoami: the first two are the lab’s own', async () => {
    expect(await status({ whoami: undefined })).toBe('passed')
  })

  it.each<[string, Recorded]>([
    ['root behind a whoami that says node', { processes: [{ uids: [0, 0, 0, 0] }], whoami: 'node' }],
    [
      'root called node in passwd',
      { processes: [{ uids: [0, 0, 0, 0] }], passwd: 'node:x:0:0::/:/bin/sh\n', whoami: 'node' },
    ],
    ['a uid without an account', { processes: [{ uids: [5000, 5000, 5000, 5000] }], whoami: 'node' }],
    ['a uid that passwd calls root', { passwd: 'root:x:1000:1000::/:/bin/sh\n', whoami: 'root' }],
    ['a whoami that says something else', { whoami: 'admin' }],
    ['an effective uid lowered for now', { processes: [{ uids: [0, 1000, 0, 1000] }], passwd: PASSWD }],
  ])('fails for %s', async (_, recorded) => {
    expect(await status(recorded)).toBe('failed')
  })

  it('shows what each of the three said', async () => {
    const { evidence } = await userName.evaluate(
      goal,
      recordedSubject({ processes: [{ uids: [0, 0, 0, 0] }], whoami: 'node' }),
    )
    expect(evidence).toEqual([
      'kernel: pid 1 Uid: 0 0 0 0',
      '/etc/passwd: root:x:0:0:root:/root:/bin/bash',
      'whoami prints "node"',
    ])
  })
})
