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
])('%j is refused by its line', (text, line) => {
  expect(() => parseIgnore(text)).toThrow(DrydockError)
  try {
    parseIgnore(text)
  } catch (error) {
    expect(error).toMatchObject({ code: 'DD_IGNORE_PATTERN', vars: { line } })
  }
})
