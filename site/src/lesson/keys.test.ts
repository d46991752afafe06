import { expect, test } from 'vitest'
import { nextPane } from './keys.ts'

test('the panes go round in both directions, and begin somewhere sensible', () => {
  expect([0, 1, 2].map((here) => nextPane(here, 3, false))).toEqual([1, 2, 0])
  expect([0, 1, 2].map((here) => nextPane(here, 3, true))).toEqual([2, 0, 1])
  expect([nextPane(-1, 3, false), nextPane(-1, 3, true)]).toEqual([0, 2])
})
