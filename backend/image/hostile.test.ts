import { Readable } from 'node:stream'
import { constants, createGzip, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { examineImage, readFileFromImage, readImage } from './index.ts'
import { type Format, inPieces, type LayerCompression, savedImage, tarOf } from './saved-image.fixture.ts'

const CANARY = 'npm_Zk3vQ9xT7bLw2RjH5sYd8MfPc4GnUa6E1iXo'
const LAYER = { files: [{ name: 'app/server.js', content: 'x'.repeat(3000) }] }
const secret = { canary: CANARY }
const BROKEN = expect.objectContaining({ code: 'DD_IMAGE_BROKEN' })

test.each(
  (['docker', 'hybrid', 'oci'] as Format[]).flatMap((format) =>
    (['plain', 'gzip', 'zstd'] as LayerCompression[]).map((c) => [format, c] as const),
  ),
)('an archive cut short anywhere is a coded error: %s, %s', async (format, compression) => {
  const { bytes } = await savedImage({ layers: [LAYER] }, format, compression)
  const content = bytes.length - 1024 // the end mark may be missing
  for (let at = 0; at < content; at += 509) {
    await expect(examineImage(inPieces(bytes.subarray(0, at)), { secret }), `cut at ${at}`).rejects.toEqual(
      BROKEN,
    )
  }
  await expect(examineImage(inPieces(bytes), { secret })).resolves.toMatchObject({ findings: [] })
})

test('a layer that is damaged inside a sound archive', async () => {
  const crcBroken = (stored: Buffer) => Buffer.concat([stored.subarray(0, -8), Buffer.alloc(8)])
  const cases: [Format, LayerCompression, (stored: Buffer) => Buffer][] = [
    ['docker', 'plain', (stored) => stored.subarray(0, 900)],
    ['docker', 'gzip', (stored) => stored.subarray(0, 60)],
    ['docker', 'gzip', crcBroken],
    ['oci', 'zstd', (stored) => stored.subarray(0, 40)],
    ['docker', 'plain', () => Buffer.from('no layer')],
  ]
  for (const [format, compression, damage] of cases) {
    const { bytes } = await savedImage({ layers: [LAYER], damage }, format, compression)
    await expect(readImage(inPieces(bytes)), `${format} ${compression}`).rejects.toEqual(BROKEN)
  }
})

test('a config that lists other layers than the manifest', async () => {
  const { bytes, diffIds } = await savedImage({ layers: [LAYER], diffIds: [] })
  await expect(readImage(inPieces(bytes))).rejects.toEqual(BROKEN)
  const two = await savedImage({ layers: [LAYER], diffIds: [...diffIds, ...diffIds] })
  await expect(readImage(inPieces(two.bytes))).rejects.toEqual(BROKEN)
})

test('bytes that are no archive', async () => {
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.alloc(5000),
    Buffer.alloc(5000, 'x'),
    gzipSync('x'),
    await tarOf([{ name: 'x', content: 'y' }]),
  ]) {
    await expect(readImage(inPieces(bytes))).rejects.toEqual(BROKEN)
  }
})

test('damaged bytes give a coded error or a result, never anything else, and never hang', async () => {
  const { bytes } = await savedImage(
    { layers: [LAYER, { files: [{ name: 'a.gz', content: gzipSync('y'.repeat(500)) }] }] },
    'hybrid',
    'gzip',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), {
        minLength: 1,
        maxLength: 20,
      }),
      async (changes) => {
        const damaged = Buffer.from(bytes)
        for (const [at, value] of changes) damaged[at] = value
        await examineImage(inPieces(damaged), { secret }).catch((error) => expect(error).toEqual(BROKEN))
      },
    ),
    { numRuns: 60 },
  )
})

test('names that climb out stay inside', async () => {
  const files = [
    { name: '../../etc/passwd', content: 'climbed' },
    { name: '/abs/olute', content: 'x' },
    { name: 'a/../../b', content: 'y' },
    { name: 'link', type: 'symlink' as const, linkname: '../../../../etc/passwd' },
  ]
  const { bytes } = await savedImage({ layers: [{ files }] })
  const image = await readImage(inPieces(bytes))
  expect(image.layers[0]!.entries.map((entry) => entry.path)).toEqual([
    'etc/passwd',
    'abs/olute',
    'b',
    'link',
  ])
  expect((await readFileFromImage(async () => inPieces(bytes), '/link'))?.toString()).toBe('climbed')
})

test('a file that claims an absurd size ends the reading', async () => {
  const { bytes } = await savedImage({ layers: [LAYER] })
  for (const size of ['77777777777', '\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff']) {
    const header = Buffer.from(bytes.subarray(0, 512))
    header.write(size, 124, 'latin1')
    header.fill(' ', 148, 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    await expect(readImage(inPieces(Buffer.concat([header, bytes.subarray(512)])))).rejects.toEqual(BROKEN)
  }
})

test('a layer that unfolds without end is stopped', async () => {
  const { bytes } = await savedImage(
    { layers: [{ files: [{ name: 'zeros', content: Buffer.alloc(4_000_000) }] }] },
    'oci',
    'gzip',
  )
  expect(bytes.length).toBeLessThan(50_000)
  const reading = examineImage(inPieces(bytes), { secret, maxLayerBytes: 1_000_000 })
  await expect(reading).rejects.toMatchObject({ code: 'DD_IMAGE_TOO_LARGE' })
})

test('a stream of gzip without end inside a file does not grow memory, and ends with its bound', async () => {
  const endless = createGzip({ level: constants.Z_BEST_SPEED })
  const zeros = Buffer.alloc(1024 * 1024)
  Readable.from(
    (function* () {
      for (let i = 0; i < 200; i++) yield zeros
    })(),
  ).pipe(endless)
  const content = Buffer.concat(await endless.toArray())
  const { bytes } = await savedImage({ layers: [{ files: [{ name: 'bomb.gz', content }] }] })
  const before = process.memoryUsage().rss
  const { unsearched } = await examineImage(inPieces(bytes), {
    secret: { ...secret, bounds: { expandedBytes: 50_000_000 } },
  })
  expect(unsearched).toMatchObject([{ reason: 'expansion', inside: ['bomb.gz'] }])
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000)
})

test('a file of nothing but beginnings of archives is passed quickly, and says that it was', async () => {
  const fake = Buffer.alloc(
    400_000,
    Buffer.concat([Buffer.from('PK\x03\x04\x14\0\0\0\x08\0', 'latin1'), Buffer.alloc(20, 0xff)]),
  )
  const { bytes } = await savedImage({ layers: [{ files: [{ name: 'fake.zip', content: fake }] }] })
  expect((await examineImage(inPieces(bytes), { secret })).unsearched).toMatchObject([
    { reason: 'containers', inside: ['fake.zip'] },
  ])
})

test('links among the archive files that go in a circle', async () => {
  const { bytes } = await savedImage({ layers: [LAYER] })
  const text = bytes.toString('latin1')
  const name = /[0-9a-f]{64}\/layer\.tar/.exec(text)![0]
  const layer = await tarOf([
    { name, type: 'symlink', linkname: '../a' },
    { name: 'a', type: 'symlink', linkname: name },
  ])
  const manifest = bytes.subarray(text.indexOf('manifest.json'))
  const config = text.search(/[0-9a-f]{64}\.json\0/)
  const circle = Buffer.concat([layer.subarray(0, -1024), bytes.subarray(config, config + 1024), manifest])
  await expect(readImage(inPieces(circle))).rejects.toEqual(BROKEN)
})

test('an abort ends the reading with its reason, also of a source that sends nothing', async () => {
  const silent = new Readable({ read() {} })
  const abort = new AbortController()
  const reading = readImage(silent, { signal: abort.signal })
  abort.abort(new Error('the learner left'))
  await expect(reading).rejects.toThrow('the learner left')
  expect(silent.destroyed).toBe(true)
  await expect(
    readImage(inPieces(Buffer.alloc(10)), { signal: AbortSignal.abort(new Error('before')) }),
  ).rejects.toThrow('before')
})

test('a source that fails passes its error on', async () => {
  const { bytes } = await savedImage({ layers: [LAYER] })
  const failing = Readable.from(
    (function* () {
      yield bytes.subarray(0, 700)
      throw new Error('engine gone')
    })(),
  )
  await expect(readImage(failing)).rejects.toThrow('engine gone')
})
