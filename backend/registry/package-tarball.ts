import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'

const SOURCES = new URL('packages/pricing/', import.meta.url)
const RECEIPT = '@@RECEIPT@@'

/** One copy of the private package, as its receipt makes it. The same receipt always gives the same bytes. */
export interface PackageCopy {
  name: string
  version: string
  /** package.json, parsed. */
  manifest: Record<string, unknown>
  /** Path in the package → content. */
  files: ReadonlyMap<string, Buffer>
  tarball: Buffer
  /** As npm writes it: `sha512-…`. */
  integrity: string
  /** sha1, hex. */
  shasum: string
}

/** `receipt`: lower-case hex. */
export async function packageCopy(receipt: string): Promise<PackageCopy> {
  const files = packageFiles(receipt)
  const manifest = JSON.parse(files.get('package.json')!.toString('utf8')) as Record<string, unknown>
  const tarball = gzip(await tar(files))
  return {
    name: String(manifest.name),
    version: String(manifest.version),
    manifest,
    files,
    tarball,
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
    shasum: createHash('sha1').update(tarball).digest('hex'),
  }
}

/** The files that an install of the copy with this receipt puts into `node_modules/@orders/pricing`. */
export function packageFiles(receipt: string): ReadonlyMap<string, Buffer> {
  const names = readdirSync(SOURCES).sort()
  return new Map(
    names.map((name) => [
      name,
      Buffer.from(readFileSync(new URL(name, SOURCES), 'utf8').replaceAll(RECEIPT, receipt)),
    ]),
  )
}

// npm's own constant for reproducible tarballs: a date that zip tools can hold too.
const LAST_CHANGED = new Date('1985-10-26T08:15:00Z')

async function tar(files: ReadonlyMap<string, Buffer>): Promise<Buffer> {
  const archive = pack()
  for (const [name, content] of files)
    archive.entry({ name: `package/${name}`, mode: 0o644, mtime: LAST_CHANGED }, content)
  archive.finalize()
  const pieces: Buffer[] = []
  for await (const piece of archive) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

const GZIP_SYSTEM_BYTE = 9
const SYSTEM_UNKNOWN = 255

/** Stored, not deflated, and without the system's mark: the bytes may not depend on the zlib or the system that made them. */
function gzip(bytes: Buffer): Buffer {
  const zipped = gzipSync(bytes, { level: 0 })
  zipped[GZIP_SYSTEM_BYTE] = SYSTEM_UNKNOWN
  return zipped
}
