import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeSecret } from './encodings.ts'
import { type Match, PatternScanner, PatternSet } from './pattern-scanner.ts'

// As random as a real one: fast-check's own strings lean to repetitions, which fragments of others would match.
const canary = fc.tuple(fc.nat(), fc.integer({ min: 24, max: 43 })).map(([seed, length]) =>
  createHash('sha256')
    .update(`${seed}`)
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, 'x')
    .slice(0, length),
)
const RUNS = { numRuns: 150 }

/** What a scanner tells of pieces written one after the other. */
function scan(set: PatternSet, pieces: Uint8Array[]): Match[] {
  const matches: Match[] = []
  const scanner = new PatternScanner(set, (match) => matches.push(match))
  for (const piece of pieces) scanner.write(piece)
  scanner.end()
  return matches
}

function cut(bytes: Buffer, borders: number[]): Buffer[] {
  const places = [...new Set(borders.map((border) => border % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((place, index) => bytes.subarray(place, places[index] ?? bytes.length))
}

test('any form of a secret is found, wherever it stands and wherever the pieces end', () => {
  fc.assert(
    fc.property(
      canary,
      fc.nat(),
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (secret, choice, before, after, borders) => {
        const forms = encodeSecret(secret)
        const form = forms[choice % forms.length]!
        const bytes = Buffer.concat([before, form.bytes, after])
        const matches = scan(new PatternSet(forms), cut(bytes, borders))
        expect(matches.map((match) => [match.encoding, match.offset])).toContainEqual([
          form.encoding,
          before.length,
        ])
      },
    ),
    RUNS,
  )
})

test('what a scanner tells does not depend on the pieces', () => {
  const secret = 'Zk3vQ9xT7bLw2RjH5sYd8MfPc4GnUa6E1iXo'
  const forms = encodeSecret(secret)
  const set = new PatternSet(forms, 12)
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.nat({ max: forms.length - 1 }).map((index) => forms[index]!.bytes),
    fc.tuple(fc.nat(), fc.nat()).map(([from, to]) => Buffer.from(secret).subarray(from % 20, 20 + (to % 20))),
  )
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      (parts, borders) => {
        const bytes = Buffer.concat(parts)
        expect(scan(set, cut(bytes, borders))).toEqual(scan(set, [bytes]))
      },
    ),
    RUNS,
  )
})

test('a secret is found on both sides of every border of the scanner window', () => {
  const secret = 'Zk3vQ9xT7bLw2RjH5sYd8MfPc4GnUa6E1iXo'
  const set = new PatternSet(encodeSecret(secret))
  const bytes = Buffer.alloc(3_000_000, 'filler ')
  const places: number[] = []
  for (let at = 13; at + 61 < bytes.length; at += 61) {
    bytes.write(secret, at)
    places.push(at)
  }
  expect(scan(set, [bytes]).map((match) => match.offset)).toEqual(places)
})

test('another random secret is never found', () => {
  fc.assert(
    fc.property(canary, canary, fc.nat(), (secret, other, choice) => {
      fc.pre(secret.slice(0, 12) !== other.slice(0, 12))
      const forms = encodeSecret(other)
      const bytes = Buffer.concat([Buffer.from('x='), forms[choice % forms.length]!.bytes, Buffer.from('\n')])
      expect(scan(new PatternSet(encodeSecret(secret), 12), [bytes])).toEqual([])
    }),
    RUNS,
  )
})

test('a fragment of twelve characters is found in every base64 alignment and in hex', () => {
  fc.assert(
    fc.property(
      canary,
      fc.nat(),
      fc.nat({ max: 8 }),
      fc.constantFrom('latin1' as const, 'base64' as const, 'hex' as const),
      (secret, from, before, encoding) => {
        const start = from % (secret.length - 12)
        const text = Buffer.from(`${'#'.repeat(before)}${secret.slice(start, start + 12)}#`).toString(
          encoding,
        )
        const matches = scan(new PatternSet(encodeSecret(secret), 12), [Buffer.from(text)])
        expect(matches.length).toBeGreaterThan(0)
        expect(matches.every((match) => !match.complete)).toBe(true)
      },
    ),
    RUNS,
  )
})
