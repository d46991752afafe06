import { describe, expect, it } from 'vitest'
import { recordedSubject } from '../subject.fixture.ts'
import { processIdentity } from './process-identity.ts'

const about = { id: 'g', title: { en: 'T', ja: 'T' }, hint: { en: 'H', ja: 'H' } }
const goal = { ...about, kind: 'process-identity', processes: 'all' } as const

describe('process-identity', () => {
  it('passes when the kernel knows no 0', async () => {
    const verdict = await processIdentity.evaluate(goal, recordedSubject())
    expect(verdict).toMatchObject({
      status: 'passed',
      evidence: ['pid 1 (node server.js) Uid: 1000 1000 1000 1000'],
    })
  })

  it.each([
    ['real', [0, 1000, 1000, 1000]],
    ['effective', [1000, 0, 1000, 0]],
    ['saved', [1000, 1000, 0, 1000]],
    ['file system', [1000, 1000, 1000, 0]],
  ])('fails for the %s uid alone', async (_, uids) => {
    const verdict = await processIdentity.evaluate(goal, recordedSubject({ processes: [{ uids }] }))
    expect(verdict.status).toBe('failed')
  })

  it('names the process that stays root, and the last USER', async () => {
    const verdict = await processIdentity.evaluate(
      goal,
      recordedSubject({
        dockerfile: 'FROM node:22-slim\nUSER node\nUSER root\nCMD su node -c server\n',
        processes: [{ command: 'su node -c server', uids: [0, 0, 0, 0] }, { command: 'node server.js' }],
      }),
    )
    expect(verdict.observed[0].en).toContain('stays root')
    expect(verdict.observed[1]).toMatchObject({ pid: 1, command: 'su node -c server' })
    expect(verdict.where).toEqual({ file: 'Dockerfile', line: 3 })
  })

  it('names the flag in run.sh when that decides', async () => {
    const subject = recordedSubject({
      runCommand: '#!/bin/sh\ndocker run \\\n  --user 0 web',
      processes: [{ uids: [0, 0, 0, 0] }],
    })
    expect((await processIdentity.evaluate(goal, subject)).where).toEqual({ file: 'run.sh', line: 3 })
  })

  it('looks at a root child only when all processes are asked for', async () => {
    const subject = () => recordedSubject({ processes: [{}, { uids: [0, 0, 0, 0], command: 'sleep' }] })
    expect((await processIdentity.evaluate(goal, subject())).status).toBe('failed')
    expect((await processIdentity.evaluate({ ...goal, processes: 'main' }, subject())).status).toBe('passed')
  })
})
