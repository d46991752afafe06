import { expect, test } from 'vitest'
import type { Report } from '../../../backend/protocol/report.ts'
import { type CheckEvent, checkState, NO_CHECK } from './state.ts'

const goal = (id: string, status: 'passed' | 'failed') => ({
  id,
  kind: 'k',
  status,
  expected: 'e',
  observed: 'o',
  evidence: [],
})
const report = (passed: boolean): Report => ({
  lesson: 'c/l',
  passed,
  goals: [goal('a', passed ? 'passed' : 'failed')],
  engine: { version: '1' },
  seconds: 2,
})
const play = (...events: CheckEvent[]) => events.reduce(checkState, NO_CHECK)
const welcome = (over: object): CheckEvent => ({
  type: 'welcome',
  files: [],
  phase: 'ready',
  engine: 'berth',
  passed: false,
  attempts: 0,
  terminals: [],
  ...over,
})

test('goals appear one by one and an earlier report goes when a new check starts', () => {
  const state = play(
    { type: 'check.done', report: report(false) },
    { type: 'check.started', goals: [] },
    { type: 'check.goal', result: goal('b', 'passed') },
  )
  expect(Object.keys(state.results)).toEqual(['b'])
  expect(state.report).toBeUndefined()
  expect(state.running).toBe(true)
})

test('an edit makes the report stale; the next check makes it fresh', () => {
  const stale = play({ type: 'check.done', report: report(true) }, { type: 'edited' })
  expect(stale.stale).toBe(true)
  expect(checkState(stale, { type: 'check.started', goals: [] }).stale).toBe(false)
})

test('passed once stays passed although a later check fails', () => {
  expect(
    play({ type: 'check.done', report: report(true) }, { type: 'check.done', report: report(false) })
      .passedEver,
  ).toBe(true)
})

test('after a reload the last report is there, unless a check is running', () => {
  expect(play(welcome({ lastReport: report(false) })).results.a?.status).toBe('failed')
  expect(
    play({ type: 'check.started', goals: [] }, welcome({ phase: 'checking', lastReport: report(false) }))
      .results,
  ).toEqual({})
})

test('a check that ends without a report is not running any more', () => {
  expect(play({ type: 'check.started', goals: [] }, { type: 'given-up' }).running).toBe(false)
})
