import { expect, test } from 'vitest'
import { inLanguage, lessonPath } from './language.ts'

test('the other language of a page has the same path below the language', () => {
  expect(inLanguage('/en/lessons/a/b/', 'ja')).toBe('/ja/lessons/a/b/')
  expect(inLanguage('/ja/', 'en')).toBe('/en/')
})

test('a path without a language gains one and loses nothing', () => {
  expect(inLanguage('/lessons/a/', 'ja')).toBe('/ja/lessons/a/')
  expect(inLanguage('/', 'ja')).toBe('/ja/')
})

test('a lesson has an address in each language', () => {
  expect(lessonPath('ja', 'ship-without-root/port-80')).toBe('/ja/lessons/ship-without-root/port-80/')
})
