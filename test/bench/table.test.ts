import { expect, test } from 'vitest'
import { figure, table } from './table.ts'

const one = (median: number) => ({ n: 3, median, low: median - 0.5, high: median + 0.5 })

test('a table says whether each goal is met, in the direction of the goal', () => {
  const text = table([
    { what: 'echo', value: one(1.1), unit: '×', goal: { atMost: 1.1 } },
    { what: 'bulk', value: one(0.9), unit: '×', goal: { atLeast: 1 } },
    { what: 'stop', value: { n: 1, median: 140, low: 140, high: 140 }, unit: 'ms' },
  ])
  expect(text.split('\n').map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
    '| | median | middle half | n | goal |',
    expect.stringMatching(/^\|-+\|/),
    '| echo | 1.10 × | 0.60 – 1.60 × | 3 | ≤ 1.1 ×: met |',
    '| bulk | 0.90 × | 0.40 – 1.40 × | 3 | ≥ 1 ×: MISSED |',
    '| stop | 140 ms | | 1 | |',
  ])
})

test('figures have three digits', () => {
  expect([1234.5, 56.78, 1.2345, -12.34].map((value) => figure(value, 's'))).toEqual([
    '1235 s',
    '56.8 s',
    '1.23 s',
    '-12.3 s',
  ])
})
