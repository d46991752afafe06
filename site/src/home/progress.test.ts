import { expect, test } from 'vitest'
import { nextLesson } from './progress.ts'

const of = (...passed: string[]) => ({
  lessons: passed.map((lesson) => ({ lesson, passed: true, attempts: 1 })),
})

test('the next lesson is the first in order that is not passed, not the one after the last passed', () => {
  expect(nextLesson(['a', 'b', 'c'], of('b'))).toBe('a')
  expect(nextLesson(['a', 'b', 'c'], of('a'))).toBe('b')
})

test('a lesson that was only tried is not passed', () => {
  expect(nextLesson(['a', 'b'], { lessons: [{ lesson: 'a', passed: false, attempts: 4 }] })).toBe('a')
})

test('after everything there is none', () => {
  expect(nextLesson(['a', 'b'], of('a', 'b'))).toBeUndefined()
})
