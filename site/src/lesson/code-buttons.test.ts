import { expect, test } from 'vitest'
import { asTyped } from './code-buttons.ts'

test('each line of a block is entered, and the last one is not left waiting', () => {
  expect(asTyped('whoami\nid -u\n')).toBe('whoami\rid -u\r')
  expect(asTyped('ls')).toBe('ls\r')
})
