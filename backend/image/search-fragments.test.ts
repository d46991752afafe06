import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { examineImage, searchFragments, searchSecret, searchText } from './index.ts'
import { inPieces, savedImage } from './saved-image.fixture.ts'

const CANARY = 'npm_Zk3vQ9xT7bLw2RjH5sYd8MfPc4GnUa6E1iXo'
const OTHER = 'npm_Aj8mW2cR5vNz7TqK4xLd9YhGs3PbFu6E1oVi'
const base64 = (text: string) => Buffer.from(text).toString('base64')

test('a secret split over two files shows as fragments, and only when they are asked for', async () => {
  const [first, second] = [CANARY.slice(0, 20), CANARY.slice(20)]
  const files = [
    { name: 'a.txt', content: `one ${first} end` },
    { name: 'b.txt', content: base64(`two ${second}`) },
  ]
  const { bytes } = await savedImage({ layers: [{ files }] })
  expect(await searchSecret(inPieces(bytes), CANARY)).toEqual([])
  const found = await searchFragments(inPieces(bytes), CANARY)
  expect(found.map((one) => [one.path, one.encoding, one.complete])).toEqual([
    ['a.txt', 'plain', false],
    ['b.txt', 'base64', false],
  ])
  expect(found[0]!.characters).toBe(20)
  expect(await searchFragments(inPieces(bytes), OTHER)).toEqual([])
})

test('two strings of a document side by side are not one', async () => {
  const [first, second] = [CANARY.slice(0, 20), CANARY.slice(20)]
  const { bytes } = await savedImage({ layers: [], config: { Cmd: [second, first], Env: [first, second] } })
  expect(await searchSecret(inPieces(bytes), CANARY)).toEqual([])
  const found = await searchFragments(inPieces(bytes), CANARY)
  expect(found.map((one) => one.pointer).sort()).toEqual([
    'config.Cmd[0]',
    'config.Cmd[1]',
    'config.Env[0]',
    'config.Env[1]',
  ])
})

test('eleven characters are no fragment, twelve are', () => {
  expect(searchText(`x ${CANARY.slice(5, 16)} x`, CANARY, 12)).toEqual([])
  expect(searchText(`x ${CANARY.slice(5, 17)} x`, CANARY, 12)).toMatchObject([
    { encoding: 'plain', complete: false, characters: 12, offset: 2 },
  ])
})

test('layers that cannot hold it are left out', async () => {
  const { bytes, diffIds } = await savedImage(
    {
      layers: [{ files: [{ name: 'base', content: CANARY }] }, { files: [{ name: 'top', content: CANARY }] }],
    },
    'hybrid',
  )
  const found = await searchSecret(inPieces(bytes), CANARY, { skipLayers: new Set([diffIds[0]!]) })
  expect(found.map((one) => one.path)).toEqual(['top'])
})

test('what the bounds left unread is told', async () => {
  const nested = gzipSync(gzipSync(gzipSync(CANARY)))
  const { bytes } = await savedImage({
    layers: [
      {
        files: [
          { name: 'deep.gz', content: nested },
          { name: 'bomb.gz', content: gzipSync(Buffer.alloc(3_000_000)) },
        ],
      },
    ],
  })
  const search = (bounds: object) => examineImage(inPieces(bytes), { secret: { canary: CANARY, bounds } })
  expect(await search({})).toMatchObject({
    findings: [{ inside: ['(gzip)', '(gzip)', '(gzip)'] }],
    unsearched: [],
  })
  expect(await search({ depth: 2 })).toMatchObject({
    findings: [],
    unsearched: [{ reason: 'depth', layer: 0, inside: ['deep.gz', '(gzip)', '(gzip)'] }],
  })
  expect(await search({ expandedBytes: 1_000_000 })).toMatchObject({
    unsearched: [{ reason: 'expansion', inside: ['bomb.gz'] }],
  })
})

test('a canary that could be met by chance is refused', () => {
  expect(() => searchText('x', 'short')).toThrow(RangeError)
  expect(() => searchText('x', CANARY, 4)).toThrow(RangeError)
})
