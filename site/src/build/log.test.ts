import { expect, test } from 'vitest'
import type { BuildEvent } from '../../../backend/protocol/messages.ts'
import { appendText, buildLog, duration, NO_BUILD, NO_TEXT, STEP_OUTPUT_CHARS } from './log.ts'

const play = (...events: BuildEvent[]) => events.reduce(buildLog, NO_BUILD)

test('steps keep their order, times and cached marks although they end out of order', () => {
  const log = play(
    { type: 'started' },
    { type: 'step', step: 0, name: 'FROM node', line: 1 },
    { type: 'step', step: 2, name: 'COPY', line: 3 },
    { type: 'step', step: 1, name: 'RUN', line: 2 },
    { type: 'step.done', step: 2, cached: true, ms: 0 },
    { type: 'step.done', step: 0, cached: false, ms: 40 },
  )
  expect(log.steps.map((step) => [step.name, step.state, step.cached])).toEqual([
    ['FROM node', 'done', false],
    ['RUN', 'running', false],
    ['COPY', 'done', true],
  ])
})

test('a step that the end of its build cut short does not go on', () => {
  const log = play(
    { type: 'started' },
    { type: 'step', step: 0, name: 'RUN sleep', line: 1 },
    { type: 'done', outcome: 'cancelled', ms: 10 },
  )
  expect(log.steps.map((step) => step.state)).toEqual(['stopped'])
})

test('a failed build names its line: the one that the server gives, else that of the failed step', () => {
  const start: BuildEvent[] = [
    { type: 'started' },
    { type: 'step', step: 0, name: 'RUN false', line: 4 },
    { type: 'step.done', step: 0, cached: false, ms: 9, error: 'exit code 1' },
  ]
  expect(play(...start, { type: 'done', outcome: 'failed', ms: 10 }).failedLine).toBe(4)
  expect(play(...start, { type: 'done', outcome: 'failed', ms: 10, line: 7 }).failedLine).toBe(7)
})

test('a new build begins with nothing of the one before', () => {
  expect(
    play(
      { type: 'started' },
      { type: 'output', step: 0, text: 'x' },
      { type: 'done', outcome: 'failed', ms: 1, line: 2 },
      { type: 'started' },
    ),
  ).toEqual({
    state: 'running',
    steps: [],
  })
})

test('output of any length stays bounded, keeps its end and counts what went', () => {
  let text = NO_TEXT
  for (let i = 0; i < 200; i++)
    text = appendText(text, `${String(i).padStart(999, '.')}\n`, STEP_OUTPUT_CHARS)
  expect(text.text.length).toBeLessThanOrEqual(STEP_OUTPUT_CHARS)
  expect(text.text.endsWith('199\n')).toBe(true)
  expect(text.text.startsWith('.')).toBe(true)
  expect(text.cut + text.text.split('\n').length - 1).toBe(200)
})

test('colours go, a progress bar keeps its last state, Windows line ends stay lines', () => {
  expect(appendText(NO_TEXT, '\x1b[1;31mred\x1b[0m\r\n10%\r50%\r100%\n', 1000).text).toBe('red\n100%\n')
})

test('times are readable', () => {
  expect([duration(7), duration(3210), duration(125_000)]).toEqual(['7 ms', '3.2 s', '2 min 5 s'])
})
