import { expect, test } from 'vitest'
import { baseImages } from './base-images.ts'

test('nothing said is no choice; another word is named with the right ones', () => {
  expect(baseImages(undefined)).toBeUndefined()
  expect(baseImages('')).toBeUndefined()
  expect(baseImages('auto')).toBe('auto')
  expect(() => baseImages('pull', '--base-images')).toThrow(/--base-images.*pull/)
})
