import { expect, test } from 'vitest'
import { DrydockError } from '../errors.ts'
import { IGNORE_CASES, IGNORE_WORKSPACE } from './dockerignore.cases.ts'
import { parseIgnore } from './dockerignore.ts'

test.each(IGNORE_CASES)('$text', ({ text, ignored }) => {
  const isIgnored = parseIgnore(text)
  expect(IGNORE_WORKSPACE.filter(isIgnored).sort()).toEqual([...ignored].sort())
})

test.each([
  ['a\n[z', 2],
  ['!', 1],
  ['x\\', 1],
  ['[]', 1],
  ['[z-a]', 1],
])('%j is refused by its line', (text, line) => {
  expect(() => parseIgnore(text)).toThrow(DrydockError)
  try {
    parseIgnore(text)
  } catch (error) {
    expect(error).toMatchObject({ code: 'DD_IGNORE_PATTERN', vars: { line } })
  }
})

const LONG = Array.from({ length: 200 }, (_, n) => `${'a/'.repeat(120)}${n}`)

test.each([`${'**/a/'.repeat(190)}x`, `${'*a'.repeat(190)}x`, '**a\n'.repeat(190), '*/'.repeat(190)])(
  'patterns that a backtracking matcher would hang on are done in time: %#',
  (text) => {
    const started = performance.now()
    LONG.filter(parseIgnore(text))
    expect(performance.now() - started).toBeLessThan(4000) // 0.3 s when idle
  },
)

test('more wildcards than can be matched in time are refused', () => {
  expect(() => parseIgnore('*\n'.repeat(201))).toThrow('DD_IGNORE_WILDCARDS')
})
