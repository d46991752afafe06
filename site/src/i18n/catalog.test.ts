import { expect, test } from 'vitest'
import { LANGUAGES, say } from '../../../backend/protocol/language.ts'
import { CATALOG, type Key, translator } from './catalog.ts'

const variables = (template: string) => [...template.matchAll(/\{(\w+)/g)].map((match) => match[1])

test('both languages of a text use the same variables, and every template is well formed', () => {
  for (const [key, text] of Object.entries(CATALOG)) {
    const wanted = [...new Set(variables(text.en).filter((name) => name !== 'as'))]
    const vars = Object.fromEntries(wanted.map((name) => [name ?? '', 1]))
    for (const language of LANGUAGES)
      expect(() => say(text, language, vars), `${key} ${language}`).not.toThrow()
  }
})

test('plurals follow the language', () => {
  const en = translator('en')
  expect(en('home.goals', { n: 1 })).toBe('1 goal')
  expect(en('home.goals', { n: 3 })).toBe('3 goals')
  expect(translator('ja')('home.goals' satisfies Key, { n: 3 })).toBe('目標 3 件')
})
