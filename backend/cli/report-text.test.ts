import { expect, test } from 'vitest'
import { colours } from '../../bin/display.mjs'
import type { GoalResult, Report } from '../protocol/report.ts'
import { exitCodeOf, reportText } from './report-text.ts'

const goal = (id: string, status: GoalResult['status'], more: Partial<GoalResult> = {}): GoalResult => ({
  id,
  kind: 'process-identity',
  status,
  expected: 'no process is root',
  observed: 'uid 0',
  evidence: ['Uid: 0 0 0 0', 'Name: node'],
  ...more,
})
const report = (goals: GoalResult[], passed = false): Report => ({
  lesson: 'who-am-i',
  passed,
  goals,
  image: { id: 'sha256:0123456789abcdef', layers: [] },
  engine: { version: '20.10.24' },
  seconds: 12.34,
})
const none = colours({ isTTY: false }, {})

test('a failed goal shows its evidence, place and hint; a passed one does not', () => {
  const failed = goal('not-root', 'failed', { where: { file: 'Dockerfile', line: 3 }, hint: 'USER' })
  expect(reportText(report([failed, goal('name', 'passed')]), none, 'en', { 'not-root': 'No root' })).toBe(
    `who-am-i

✘ not-root  No root
    expected  no process is root
    observed  uid 0
    evidence  Uid: 0 0 0 0
              Name: node
    where     Dockerfile:3
    hint      USER

✔ name
    expected  no process is root
    observed  uid 0

1 of 2 goals passed (image 0123456789ab, engine 20.10.24, 12.3 s)
`,
  )
})

test('what a container printed cannot steer the terminal', () => {
  const evil = goal('x', 'failed', {
    observed: 'a\u001b[2Jb\nc\u202ed\u0007',
    evidence: ['\u001b]0;title\u0007e'],
  })
  const text = reportText(report([evil]), none, 'en')
  expect(text).toContain('observed  ab c d ')
  for (const letter of ['\u0007', '\u001b', '\u202e']) expect(text).not.toContain(letter)
})

test('skipped goals and the lab’s own faults are counted apart, in both languages', () => {
  const goals = [goal('a', 'passed'), goal('b', 'skipped'), goal('c', 'error')]
  expect(reportText(report(goals), none, 'en')).toContain('1 of 3 goals passed, 1 skipped, 1 not judged')
  expect(reportText(report(goals), none, 'ja')).toContain(
    '3 個のゴールのうち 1 個が合格、1 個はスキップ、1 個はラボ側',
  )
})

test('colours follow NO_COLOR and the terminal', () => {
  const shown = (isTTY: boolean, env: NodeJS.ProcessEnv) =>
    reportText(report([goal('a', 'failed')]), colours({ isTTY }, env), 'en')
  expect(shown(true, {})).toContain('\u001b[31m')
  expect(shown(true, { NO_COLOR: '1' })).not.toContain('\u001b')
  expect(shown(false, {})).not.toContain('\u001b')
})

test('exit codes', () => {
  expect(exitCodeOf(report([goal('a', 'passed'), goal('b', 'skipped')], true))).toBe(0)
  expect(exitCodeOf(report([goal('a', 'failed'), goal('b', 'error')]))).toBe(1)
  expect(exitCodeOf(report([goal('a', 'passed'), goal('b', 'error')]))).toBe(3)
})
