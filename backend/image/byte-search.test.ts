import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteSearch, SearchBudget } from './byte-search.ts'
import { encodeSecret } from './encodings.ts'
import { PatternSet } from './pattern-scanner.ts'
import { tarOf } from './saved-image.fixture.ts'
import { zipOf } from './zip.fixture.ts'

const CANARY = 'npm_Zk3vQ9xT7bLw2RjH5sYd8MfPc4GnUa6E1iXo'
const patterns = new PatternSet(encodeSecret(CANARY))

async function search(bytes: Buffer, borders: number[]) {
  const places = [...new Set(borders.map((border) => border % (bytes.length + 1)))].sort((a, b) => a - b)
  const one = new ByteSearch(new SearchBudget(patterns))
  for (const [index, place] of [0, ...places].entries())
    await one.write(bytes.subarray(place, places[index] ?? bytes.length))
  return (await one.end()).map((hit) => `${hit.inside.join('!')} at ${hit.offset}`).sort()
}

const files = [
  { name: 'a', content: 'nothing' },
  { name: 'b/c', content: `token=${CANARY}` },
]

test.each([
  [
    'gzip',
    async () => Buffer.concat([Buffer.from('#'.repeat(33)), gzipSync(`token=${CANARY}`)]),
    '(gzip) at 6',
  ],
  ['zip', async () => zipOf(files), 'b/c at 6'],
  ['zip of unknown sizes', async () => zipOf(files, { streamed: true }), 'b/c at 6'],
  ['zlib', async () => deflateSync(`token=${CANARY}`), '(zlib) at 6'],
  ['tar', async () => tarOf(files), 'b/c at 6'],
  [
    'tar.gz in zip in tar',
    async () =>
      tarOf([{ name: 'x.zip', content: zipOf([{ name: 'x.tgz', content: gzipSync(await tarOf(files)) }]) }]),
    'x.zip!x.tgz!(gzip)!b/c at 6',
  ],
])('%s: the borders of the pieces do not matter', async (_name, make, expected) => {
  const bytes = await make()
  const whole = await search(bytes, [])
  // A gzip in a zip is also seen without the zip, when deflate could not make it smaller.
  expect(whole).toContain(expected)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { maxLength: 30 }), async (borders) => {
      expect(await search(bytes, borders)).toEqual(whole)
    }),
    { numRuns: 25 },
  )
  // Every byte a piece of its own.
  expect(await search(bytes, [...bytes.keys()])).toEqual(whole)
})
