import { expect, test } from 'vitest'
import { interleave, pairedRatio, quantile, summarize } from './statistics.ts'

test('quantiles lie between the samples, in whatever order these came', () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5)
  expect(quantile([10, 2, 33], 0.5)).toBe(10) // as text, 33 would come before 2's end
  expect(quantile([0, 10], 0.25)).toBe(2.5)
  expect(quantile([7], 0.99)).toBe(7)
  expect(quantile([], 0.5)).toBeNaN()
})

test('one outlier moves neither the median nor the quartiles', () => {
  const calm = summarize([1, 2, 3, 4, 5])
  expect(summarize([1, 2, 3, 4, 5000])).toEqual(calm)
  expect(calm).toEqual({ n: 5, median: 3, low: 2, high: 4 })
})

test('a machine that becomes slower does not change the ratio', () => {
  const pairs = [1, 2, 4, 8, 100].map((slow) => ({ ours: 3 * slow, theirs: 2 * slow }))
  expect(pairedRatio(pairs)).toMatchObject({ median: 1.5, low: 1.5, high: 1.5 })
})

test('each side goes first every other time, and results stay on their side', async () => {
  const order: string[] = []
  const side = (name: string, value: number) => async () => {
    order.push(name)
    return value
  }
  const pairs = await interleave(3, side('o', 1), side('t', 2))
  expect(order.join('')).toBe('ottoot')
  expect(pairs).toEqual(Array(3).fill({ ours: 1, theirs: 2 }))
})
