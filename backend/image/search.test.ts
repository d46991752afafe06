import { randomBytes } from 'node:crypto'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { searchSecret, searchText } from './index.ts'
import {
  type FileSpec,
  type Format,
  inPieces,
  type LayerCompression,
  savedImage,
  tarOf,
} from './saved-image.fixture.ts'
import { zipOf } from './zip.fixture.ts'

const CANARY = 'npm_Zk3vQ9xT7bLw2RjH5sYd8MfPc4GnUa6E1iXo'
const OTHER = 'npm_Aj8mW2cR5vNz7TqK4xLd9YhGs3PbFu6E1oVi'
const base64 = (text: string) => Buffer.from(text).toString('base64')
const hex = (text: string) => Buffer.from(text).toString('hex')

async function inFile(
  content: string | Buffer,
  file: Partial<FileSpec> = {},
  format: Format = 'docker',
  compression: LayerCompression = 'plain',
) {
  const { bytes } = await savedImage(
    { layers: [{ files: [{ name: 'app/file', ...file, content }] }] },
    format,
    compression,
  )
  const [found, other] = [
    await searchSecret(inPieces(bytes), CANARY),
    await searchSecret(inPieces(bytes), OTHER),
  ]
  // Whatever finds this canary must not find another one in the same bytes.
  expect(other).toEqual([])
  return found
}

const PREFIXES = ['', 'x', 'xy']
test.each([
  ['plain', CANARY],
  ...PREFIXES.map((prefix): [string, string] => ['base64', base64(`${prefix}${CANARY}y`)]),
  ['base64', base64(`//registry.lab:4873/:_authToken=${CANARY}\n`).replace(/.{76}/g, '$&\n')],
  ['base64', base64(CANARY).replace(/.{20}/g, '$&\r\n')],
  ['hex', hex(CANARY)],
  ['hex', hex(CANARY).toUpperCase()],
  ['hex', hex(CANARY).replace(/../g, '$& ').replace(/.{48}/g, '$&\n')],
  ['hex', hex(CANARY).replace(/..\B/g, '$&:')],
  ['url-encoded', hex(CANARY).replace(/../g, '%$&')],
  ['url-encoded', hex(CANARY).toUpperCase().replace(/../g, '%$&')],
  ['backslash-x', hex(CANARY).replace(/../g, '\\x$&')],
  ['backslash-u', hex(CANARY).replace(/../g, '\\u00$&')],
  ['decimal', JSON.stringify(Buffer.from(CANARY))],
  ['utf-16le', Buffer.from(CANARY, 'utf16le')],
  ['utf-16be', Buffer.from(CANARY, 'utf16le').swap16()],
  ['reversed', [...CANARY].reverse().join('')],
  ['base64 of reversed', base64([...CANARY].reverse().join(''))],
  ['base64 of base64', base64(base64(`ab${CANARY}`))],
  ['base64 of hex', base64(hex(CANARY))],
  ['hex of base64', hex(base64(CANARY))],
  ['base64 of utf-16le', Buffer.from(CANARY, 'utf16le').toString('base64')],
  ['upper case', CANARY.toUpperCase()],
  [
    'rot13',
    CANARY.replace(/[a-z]/gi, (c) =>
      String.fromCharCode(c.charCodeAt(0) + (c.toLowerCase() < 'n' ? 13 : -13)),
    ),
  ],
  ['spaced', [...CANARY].join('\n')],
  ['spaced', [...CANARY].join('   ')],
  ['hex words', Buffer.from(CANARY).swap16().toString('hex').replace(/.{4}/g, '$& ')],
  ['hex words', Buffer.from(`x${CANARY}y`).swap16().toString('hex').replace(/.{4}/g, '$& ')],
  ['plain', CANARY.replace(/.{10}/g, '$&\n')],
] as [string, string | Buffer][])('finds it as %s', async (encoding, content) => {
  const text = Buffer.concat([Buffer.from('before '), Buffer.from(content), Buffer.from(' after')])
  const found = await inFile(text)
  expect(found.map((one) => one.encoding)).toContain(encoding)
  expect(found[0]).toMatchObject({
    place: 'layer',
    layer: 0,
    path: 'app/file',
    complete: true,
    header: false,
    deletedLater: false,
    command: 'COPY layer0 /',
  })
})

test('base64url is told from base64 where they differ', async () => {
  const canary = '>>>???~~~Zk3vQ9xT7bLw2Rj???>>>'
  const text = Buffer.from(canary).toString('base64url')
  expect(text).toMatch(/[-_]/)
  expect(searchText(text, canary).map((match) => match.encoding)).toEqual(['base64url'])
})

const INNER: FileSpec[] = [
  { name: 'a.txt', content: 'nothing' },
  { name: 'deep/secret.txt', content: `token=${CANARY}` },
]
const junk = Buffer.from('#!/bin/sh\nexec unpack "$0"\n')
test.each([
  ['gzip', async () => gzipSync(`token=${CANARY}`), ['(gzip)']],
  ['gzip with a name', async () => namedGzip(`token=${CANARY}`), ['(gzip)']],
  ['gzip behind a script', async () => Buffer.concat([junk, gzipSync(`token=${CANARY}`), junk]), ['(gzip)']],
  ['gzip cut short', async () => gzipSync(`token=${CANARY}`).subarray(0, -8), ['(gzip)']],
  [
    'gzip cut in its middle',
    async () => gzipSync(`${CANARY}${randomBytes(2000).toString('hex')}`).subarray(0, 700),
    ['(gzip)'],
  ],
  ['gzip of gzip', async () => gzipSync(gzipSync(`token=${CANARY}`)), ['(gzip)', '(gzip)']],
  [
    'second gzip member',
    async () => Buffer.concat([gzipSync('first'), gzipSync(`token=${CANARY}`)]),
    ['(gzip)'],
  ],
  ['zlib, as git keeps objects', async () => deflateSync(`blob 47\0token=${CANARY}`), ['(zlib)']],
  [
    'zstd',
    async () =>
      zstdCompressSync(Buffer.from(`${CANARY.slice(0, 20)}x${'y'.repeat(5000)}${CANARY}`.repeat(3))),
    ['(zstd)'],
  ],
  ['tar', async () => tarOf(INNER), ['deep/secret.txt']],
  [
    'tar in tar',
    async () => tarOf([{ name: 'in.tar', content: await tarOf(INNER) }]),
    ['in.tar', 'deep/secret.txt'],
  ],
  ['tar.gz', async () => gzipSync(await tarOf(INNER)), ['(gzip)', 'deep/secret.txt']],
  ['zip', async () => zipOf(INNER), ['deep/secret.txt']],
  ['zip with lengths after the data', async () => zipOf(INNER, { streamed: true }), ['deep/secret.txt']],
  [
    'tar.gz in zip',
    async () => zipOf([{ name: 'a.tgz', content: gzipSync(await tarOf(INNER)) }]),
    ['a.tgz', '(gzip)', 'deep/secret.txt'],
  ],
  ['base64 in gzip', async () => gzipSync(base64(`x${CANARY}`)), ['(gzip)']],
])('looks inside %s', async (_name, make, inside) => {
  const found = await inFile(await make())
  expect(found.filter((one) => one.path === 'app/file').map((one) => one.inside)).toContainEqual(inside)
})

function namedGzip(content: string): Buffer {
  const plain = gzipSync(content)
  return Buffer.concat([
    plain.subarray(0, 3),
    Buffer.from([8]),
    plain.subarray(4, 10),
    Buffer.from('secret.txt\0'),
    plain.subarray(10),
  ])
}

test.each([
  ['a file name', { name: `app/${CANARY}` }],
  ['a long file name', { name: `app/${'d'.repeat(120)}/${CANARY}` }],
  ["a link's target", { type: 'symlink' as const, linkname: CANARY }],
  ['an extended attribute', { pax: { 'SCHILY.xattr.user.token': CANARY } }],
])('looks at %s', async (_name, file) => {
  const [found] = await inFile('', file as Partial<FileSpec>)
  expect(found).toMatchObject({ place: 'layer', header: true, encoding: 'plain' })
})

test.each(
  (['docker', 'hybrid', 'oci'] as Format[]).flatMap((format) =>
    (['plain', 'gzip', 'zstd'] as LayerCompression[]).map((c) => [format, c] as const),
  ),
)('in an image of format %s, layers %s', async (format, compression) => {
  expect(await inFile(CANARY, {}, format, compression)).toMatchObject([
    { place: 'layer', layer: 0, path: 'app/file' },
  ])
})

test('a deleted and an overwritten file are still in their layers, and it says so', async () => {
  const content = `token=${CANARY}`
  const files = ['app/deleted', 'app/replaced', 'app/kept', 'gone/with/its/folder'].map((name) => ({
    name,
    content,
  }))
  const later = [
    { name: 'app/.wh.deleted' },
    { name: 'app/replaced', content: 'nothing to see' },
    { name: '.wh.gone' },
  ]
  const { bytes, diffIds } = await savedImage({
    layers: [{ files: [{ name: 'etc/x' }] }, { files }, { files: later, createdBy: 'RUN /bin/sh -c rm' }],
  })
  const found = await searchSecret(inPieces(bytes), CANARY)
  expect(found.map((one) => [one.path, one.layer, one.deletedLater, one.diffId === diffIds[1]])).toEqual([
    ['app/deleted', 1, true, true],
    ['app/replaced', 1, true, true],
    ['app/kept', 1, false, true],
    ['gone/with/its/folder', 1, true, true],
  ])
})

test('history, configuration, manifests and attestations', async () => {
  const { bytes } = await savedImage({
    layers: [
      { files: [{ name: 'x' }], createdBy: `RUN |1 NPM_TOKEN=${CANARY} /bin/sh -c npm install # buildkit` },
    ],
    config: {
      Env: ['A=b', `TOKEN=${CANARY}`],
      Labels: { note: base64(`--${CANARY}`) },
      Cmd: ['sh', '-c', `\u0022${CANARY}`],
    },
    metadataSteps: [`ARG T=${CANARY}`],
    tags: [`web:${CANARY.toLowerCase()}`],
    extra: {
      'attestation.json': JSON.stringify({ args: [{ value: CANARY }] }),
      'note.txt': `no json: ${CANARY}`,
      'small.gz': gzipSync(CANARY),
    },
  })
  const found = await searchSecret(inPieces(bytes), CANARY)
  const seen = found.map((one) => [one.place, one.pointer, one.encoding])
  expect(seen).toEqual(
    expect.arrayContaining([
      ['history', 'history[0].created_by', 'plain'],
      ['history', 'history[1].created_by', 'plain'],
      ['config', 'config.Env[1]', 'plain'],
      ['config', 'config.Labels.note', 'base64'],
      ['config', 'config.Cmd[2]', 'plain'],
      ['document', '[0].RepoTags[0]', 'lower case'],
      ['document', 'args[0].value', 'plain'],
      ['document', undefined, 'plain'],
    ]),
  )
  expect(seen).toHaveLength(9)
  expect(found.map((one) => one.archivePath)).toContain('small.gz')
  expect(found.find((one) => one.pointer === 'history[0].created_by')).toMatchObject({
    layer: 0,
    command: expect.stringContaining('npm install'),
  })
  expect(await searchSecret(inPieces(bytes), OTHER)).toEqual([])
})
