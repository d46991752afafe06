import { expect, test } from 'vitest'
import { changeBetween, languageOf } from './text.ts'

const apply = (before: string, next: string) => {
  const change = changeBetween(before, next)
  return change ? before.slice(0, change.from) + change.text + before.slice(change.to) : before
}

test('the change leads from one text to the other, whatever repeats in them', () => {
  for (const [before, next] of [
    ['FROM a\nUSER b\n', 'FROM a\nUSER root\nUSER b\n'],
    ['aaa', 'aa'],
    ['aa', 'aaa'],
    ['', 'x'],
    ['x', ''],
    ['abcabc', 'abc'],
  ] as const)
    expect(apply(before, next)).toBe(next)
})

test('only the line that differs is touched, so the cursor elsewhere stays', () => {
  expect(changeBetween('one\ntwo\nthree', 'one\n2\nthree')).toEqual({ from: 4, to: 7, text: '2' })
  expect(changeBetween('same', 'same')).toBeUndefined()
})

test('files have the language of their name', () => {
  const of = [
    'Dockerfile',
    'app/Dockerfile.dev',
    'run.sh',
    'server.js',
    'package.json',
    'compose.yaml',
    '.npmrc',
    '.dockerignore',
  ]
  expect(of.map(languageOf)).toEqual([
    'dockerfile',
    'dockerfile',
    'shell',
    'javascript',
    'json',
    'yaml',
    'ini',
    'plaintext',
  ])
})
