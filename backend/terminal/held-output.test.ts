import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Clock, systemClock } from '../clock.ts'
import { HeldOutput } from './held-output.ts'
import { Screen } from './screen.ts'

const lines = (from: number, count: number) =>
  Buffer.from(Array.from({ length: count }, (_, n) => `line ${from + n}\r\n`).join(''))
const text = (chunks: Uint8Array[]) => Buffer.concat(chunks).toString()

test('text that has scrolled away is skipped, up to the beginning of a line', () => {
  const held = new HeldOutput(100)
  held.hold(Buffer.from('first'))
  for (let n = 0; n < 1000; n += 50) expect(held.hold(lines(n, 50))).toBe(true)
  const rest = text(held.take())
  expect(rest.startsWith('line ')).toBe(true)
  expect(rest.endsWith('line 999\r\n')).toBe(true)
  expect(rest.split('\n').length).toBeGreaterThan(100)
  expect(rest.split('\n').length).toBeLessThan(200)
  expect(held.take()).toEqual([])
})

test('little text is all there, and a piece that may end a sequence is never held', () => {
  const held = new HeldOutput(100)
  expect(held.hold(Buffer.from('\x1b[3'))).toBe(false)
  expect(held.hold(Buffer.from('1mred'))).toBe(false)
  expect(held.hold(Buffer.from(' and plain\r\n'))).toBe(true)
  expect(text(held.take())).toBe(' and plain\r\n')
  expect(held.hold(Buffer.from('\x07'))).toBe(false)
})

test('text without lines is not held for long', () => {
  const held = new HeldOutput(100)
  held.hold(Buffer.from('x'))
  for (let n = 0; n < 4; n++) held.hold(Buffer.alloc(64 * 1024, 'x'))
  expect(held.full).toBe(false)
  held.hold(Buffer.alloc(64 * 1024, 'x'))
  expect(held.full).toBe(true)
})

test('whatever is printed in whatever pieces, the screen is that of a terminal that parses all of it', async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '$ ',
      '\x1b[31m',
      '\x1b[0m',
      '\x1b[H',
      '\x1b[2J',
      '\r',
      '\n',
      '漢字',
      '\t',
      '\x1b[?1049h',
      '\x1b[?1049l',
      '\x1b[3',
      '1m',
    ),
    fc.string({ unit: 'grapheme-ascii', maxLength: 30 }),
    fc
      .tuple(fc.nat(500), fc.integer({ min: 1, max: 900 }))
      .map(([from, count]) => lines(from, count).toString()),
  )
  const never: Clock = { ...systemClock, sleep: () => new Promise(() => {}) }
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      using skipping = new Screen(40, 10, never)
      using whole = new Screen(40, 10, never)
      for (const text of pieces) {
        const bytes = Buffer.from(text)
        skipping.write(bytes, () => {})
        whole.write(bytes, () => {})
        await whole.snapshot() // lets nothing be held
      }
      expect(await skipping.snapshot()).toBe(await whole.snapshot())
    }),
    { numRuns: 25 },
  )
})
