import { describe, expect, it } from 'vitest'
import { type Recorded, recordedSubject } from '../subject.fixture.ts'
import { imageUser } from './image-user.ts'

const goal = { id: 'g', title: { en: 'T', ja: 'T' }, hint: { en: 'H', ja: 'H' }, kind: 'image-user' } as const
const judge = (recorded: Recorded) => imageUser.evaluate(goal, recordedSubject(recorded))
const asRoot = [{ uids: [0, 0, 0, 0] }]

describe('image-user', () => {
  it.each(['node', '1000', '1000:1000', 'node:node'])('takes %s', async (user) => {
    expect((await judge({ user })).status).toBe('passed')
  })

  it('takes an image that starts as root and leaves it before the app', async () => {
    expect((await judge({ user: '' })).status).toBe('passed')
  })

  it.each<[string, Recorded]>([
    ['root that stays root', { user: 'root', processes: asRoot }],
    ['no user at all', { user: '', processes: asRoot }],
    ['a number without an account', { user: '5000' }],
    [
      'a name that passwd gives uid 0',
      { user: 'node', passwd: 'node:x:0:0::/:/bin/sh\n', processes: asRoot },
    ],
    ['root that only the run command avoids', { user: '', runCommand: 'docker run --user node web' }],
  ])('refuses %s', async (_, recorded) => {
    expect((await judge(recorded)).status).toBe('failed')
  })
})
