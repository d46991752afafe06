import { expect, it } from 'vitest'
import { type Recorded, recordedSubject } from '../subject.fixture.ts'
import { bindRefused } from './bind-refused.ts'

const goal = {
  id: 'g',
  title: { en: 'T', ja: 'T' },
  hint: { en: 'H', ja: 'H' },
  kind: 'bind-refused',
  port: 80,
} as const
const judge = (recorded: Recorded) => bindRefused.evaluate(goal, recordedSubject(recorded))

it('passes where the kernel refuses, with its words', async () => {
  const verdict = await judge({})
  expect(verdict.status).toBe('passed')
  expect(verdict.evidence).toContain('uid 1000, bind(80): EACCES (nc: bind: Permission denied)')
})

it('is skipped on an engine that opens the low ports to everybody', async () => {
  expect(await judge({ bindRefused: false, unprivilegedPortStart: 0 })).toMatchObject({
    status: 'skipped',
    observed: [{}, { start: 0 }],
  })
})
