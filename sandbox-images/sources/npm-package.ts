import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, type Header, type Pack } from 'tar-stream'
import { runTool } from './process.ts'

export interface PinnedPackage {
  name: string
  version: string
  /** Subresource integrity of the tarball, `sha512-…`, as npm's lock files write it. */
  integrity: string
}

/** Downloads the package with the npm client (its registry, proxy and certificates apply) and hands over the verified tarball. */
export async function withNpmPackage(
  pinned: PinnedPackage,
  use: (tarball: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'drydock-npm-'))
  try {
    const spec = `${pinned.name}@${pinned.version}`
    await runTool(['npm', 'pack', spec, '--silent', '--ignore-scripts', '--pack-destination', dir], {
      cwd: dir,
      signal,
    })
    const [file] = await readdir(dir)
    if (!file) throw new Error(`npm brought no ${spec}`)
    const found = `sha512-${createHash('sha512')
      .update(await readFile(join(dir, file)))
      .digest('base64')}`
    if (found !== pinned.integrity)
      throw new Error(`${spec} is not what was pinned: ${found} instead of ${pinned.integrity}`)
    await use(join(dir, file))
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Copies the tarball's entries into `pack` under the names that `rename` gives; undefined leaves an entry out. */
export async function repack(
  tarball: string,
  pack: Pack,
  rename: (path: string) => { name: string; mode: number } | undefined,
): Promise<void> {
  const entries = extract()
  const reading = pipeline(createReadStream(tarball), createGunzip(), entries)
  for await (const entry of entries) {
    const { name, type, size } = entry.header
    const target = type === 'file' ? rename(name.replace(/^[^/]+\//, '')) : undefined
    if (!target) entry.resume()
    else await pipeline(entry, pack.entry(asRoot({ ...target, size: size ?? 0 })))
  }
  await reading
}

/** Owner root, time zero: the same package gives the same layer. */
export function asRoot(header: Partial<Header> & { name: string }): Partial<Header> & { name: string } {
  return { uid: 0, gid: 0, mtime: new Date(0), ...header }
}
