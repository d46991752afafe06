import { expect, test } from 'vitest'
import { explain } from './problem.ts'

test('a code of the table is said in the learner’s language with its variables', () => {
  const problem = explain('DD_INTERNAL', { detail: 'XYZ' }, 'ja')
  expect(problem.what).toContain('XYZ')
  expect(problem.what).toContain('不具合')
  expect(problem.next).not.toBe('')
})

test('an unknown code and a missing variable still say something', () => {
  expect(explain('DD_FROM_TOMORROW', {}, 'en').what).toContain('DD_FROM_TOMORROW')
  expect(explain('DD_INTERNAL', {}, 'en').what).toContain('The lab made a mistake')
})
