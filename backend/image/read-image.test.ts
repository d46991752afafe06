import { expect, test } from 'vitest'
import { examineImage, readFileFromImage, readImage } from './index.ts'
import { type Format, inPieces, type LayerCompression, savedImage } from './saved-image.fixture.ts'

const BASE = {
  createdBy: '/bin/sh -c #(nop) ADD file:0123 in / ',
  files: [
    { name: 'etc/', type: 'directory' as const },
    { name: 'etc/passwd', content: 'root:x:0:0::/root:/bin/sh\n' },
    { name: 'app/old.js', content: 'old' },
    { name: 'app/data/a', content: 'a' },
    { name: 'app/data/b', content: 'b' },
  ],
}
const TOP = {
  createdBy: 'RUN /bin/sh -c useradd node # buildkit',
  files: [
    {
      name: 'etc/passwd',
      content: 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n',
      uid: 0,
      mode: 0o644,
    },
    { name: 'app/.wh.old.js' },
    { name: 'app/data/.wh..wh..opq' },
    { name: 'app/data/c', content: 'cc', uid: 1000, gid: 1000 },
  ],
}
const FORMATS: Format[] = ['docker', 'hybrid', 'oci']
const COMPRESSIONS: LayerCompression[] = ['plain', 'gzip', 'zstd']

test.each(FORMATS.flatMap((format) => COMPRESSIONS.map((compression) => [format, compression] as const)))(
  'reads %s, layers %s',
  async (format, compression) => {
    const config = {
      User: 'node',
      Env: ['PORT=8080'],
      Cmd: ['node', 'server.js'],
      Entrypoint: null,
      Labels: { a: 'b' },
      ExposedPorts: { '8080/tcp': {} },
    }
    const { bytes, diffIds } = await savedImage(
      { layers: [BASE, TOP], config, metadataSteps: ['USER node'] },
      format,
      compression,
    )
    const image = await readImage(inPieces(bytes, 1000))
    expect(image).toMatchObject({ format, tags: ['web:latest'] })
    expect(image.id).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(image.config).toMatchObject({
      user: 'node',
      env: ['PORT=8080'],
      cmd: ['node', 'server.js'],
      entrypoint: [],
      labels: { a: 'b' },
      exposedPorts: ['8080/tcp'],
    })
    expect(image.history.map((step) => [step.command, step.layer])).toEqual([
      ['ADD file:0123 in /', 0],
      ['RUN useradd node', 1],
      ['USER node', undefined],
    ])
    expect(image.layers.map((layer) => layer.diffId)).toEqual(diffIds)
    expect(image.layers[1]).toMatchObject({
      index: 1,
      createdBy: TOP.createdBy,
      command: 'RUN useradd node',
      fileBytes: 65,
    })
  },
)

test('each layer tells what it added, changed and removed', async () => {
  const { bytes } = await savedImage({ layers: [BASE, TOP] })
  const [base, top] = (await readImage(inPieces(bytes))).layers
  expect(base!.entries.map((entry) => entry.change)).toEqual(['added', 'added', 'added', 'added', 'added'])
  expect(top!.entries.map((entry) => [entry.path, entry.kind, entry.change])).toEqual([
    ['app/old.js', 'file', 'removed'],
    ['app/data', 'directory', 'opaque'],
    ['etc/passwd', 'file', 'changed'],
    ['app/data/c', 'file', 'added'],
  ])
  expect(top!.entries[3]).toMatchObject({ bytes: 2, uid: 1000, gid: 1000 })
})

test('the tree shows what is left in the end', async () => {
  const { bytes } = await savedImage({ layers: [BASE, TOP] })
  const { tree } = await examineImage(inPieces(bytes))
  expect(tree.at('app/old.js')).toBeUndefined()
  expect(tree.at('app/data/a')).toBeUndefined()
  expect(tree.at('app/data/c')).toMatchObject({ layer: 1 })
  expect(tree.at('etc/passwd')).toMatchObject({ layer: 1 })
  expect(tree.at('app/data')).toMatchObject({ layer: 0 })
})

test('entries are told while they are read', async () => {
  const { bytes } = await savedImage({ layers: [BASE] }, 'oci', 'gzip')
  const told: string[] = []
  await readImage(inPieces(bytes), { onLayerEntry: (entry) => told.push(entry.path) })
  expect(told).toEqual(['etc', 'etc/passwd', 'app/old.js', 'app/data/a', 'app/data/b'])
})

test('a layer that occurs twice is stored once, as a link', async () => {
  const empty = { files: [{ name: 'tmp/', type: 'directory' as const, mtime: new Date(0) }] }
  const { bytes, diffIds } = await savedImage({ layers: [empty, BASE, empty] })
  const image = await readImage(inPieces(bytes))
  expect(image.layers.map((layer) => layer.diffId)).toEqual(diffIds)
  expect(image.layers[2]!.archivePath).toBe(image.layers[0]!.archivePath)
})

test('an attestation in the index is not taken for the image', async () => {
  const { bytes } = await savedImage({ layers: [BASE], attestation: true }, 'oci')
  const image = await readImage(inPieces(bytes))
  expect(image.layers).toHaveLength(1)
  expect(image.tags).toEqual(['web:latest'])
})

const LINKED = {
  files: [
    { name: 'etc/alias', type: 'symlink' as const, linkname: '../../../etc/real' },
    { name: 'etc/real', content: 'through a link' },
    { name: 'etc/hard', type: 'link' as const, linkname: 'etc/real' },
    { name: 'bin', type: 'symlink' as const, linkname: 'usr/bin' },
    { name: 'usr/bin/tool', content: 'tool' },
    { name: 'round', type: 'symlink' as const, linkname: 'about' },
    { name: 'about', type: 'symlink' as const, linkname: 'round' },
    { name: 'dangling', type: 'symlink' as const, linkname: 'nowhere' },
  ],
}

test.each([
  ['/etc/passwd', 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n'],
  ['etc/../etc/passwd', 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n'],
  ['/etc/alias', 'through a link'],
  ['/etc/hard', 'through a link'],
  ['/bin/tool', 'tool'],
  ['/app/old.js', undefined],
  ['/app/data/a', undefined],
  ['/etc', undefined],
  ['/round', undefined],
  ['/dangling', undefined],
  ['/nothing', undefined],
])('a file of the final file system: %s', async (path, content) => {
  const { bytes } = await savedImage({ layers: [BASE, LINKED, TOP] })
  expect((await readFileFromImage(async () => inPieces(bytes), path))?.toString()).toBe(content)
})

test('a file larger than asked for is not read', async () => {
  const { bytes } = await savedImage({ layers: [BASE] })
  expect(
    await readFileFromImage(async () => inPieces(bytes), '/etc/passwd', { maxFileBytes: 5 }),
  ).toBeUndefined()
})
