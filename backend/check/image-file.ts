import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import { extract, type Header } from 'tar-stream'
import type { ContainerRef, Engine } from '../engine/port.ts'
import { DrydockError } from '../errors.ts'

const LINKS_AT_MOST = 8 // a chain longer than this is a loop
const FILE_BYTES = 1024 * 1024 // an /etc/passwd has a few KiB
const TREE_BYTES = 16 * 1024 * 1024 // of a package that has a few KiB

/** One file's bytes of a container's file system, links followed inside it; undefined when it is not there. Nothing in the container runs. */
export async function readContainerFile(
  engine: Engine,
  container: ContainerRef,
  path: string,
): Promise<Buffer | undefined> {
  for (let links = 0; links < LINKS_AT_MOST; links++) {
    const entry = await readEntry(engine, container, path)
    if (!entry) return undefined
    if (entry.header.type !== 'symlink') return entry.header.type === 'file' ? entry.content : undefined
    path = posix.resolve(posix.dirname(path), entry.header.linkname ?? '')
  }
  return undefined
}

async function readEntry(
  engine: Engine,
  container: ContainerRef,
  path: string,
): Promise<{ header: Header; content: Buffer } | undefined> {
  const tar = await copyOrNothing(engine, container, path)
  if (!tar) return undefined
  const entries = tar.pipe(extract())
  tar.on('error', (error) => entries.destroy(error))
  for await (const entry of entries) {
    const parts: Buffer[] = []
    let bytes = 0
    for await (const part of entry as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes <= FILE_BYTES) parts.push(part)
    }
    tar.destroy()
    return { header: entry.header, content: Buffer.concat(parts) }
  }
  return undefined
}

async function copyOrNothing(
  engine: Engine,
  container: ContainerRef,
  path: string,
): Promise<Readable | undefined> {
  try {
    return await engine.copyFrom(container, path)
  } catch (thrown) {
    if (thrown instanceof DrydockError && thrown.code === 'DD_ENGINE_REFUSED' && thrown.vars.status === 404)
      return undefined
    throw thrown
  }
}

/** Every file below a folder of a container's file system by its name; a link in the folder's place is followed. Empty when there is none. */
export async function readContainerTree(
  engine: Engine,
  container: ContainerRef,
  path: string,
): Promise<Map<string, Buffer>> {
  for (let links = 0; links < LINKS_AT_MOST; links++) {
    const files = new Map<string, Buffer>()
    const tar = await copyOrNothing(engine, container, path)
    if (!tar) return files
    let link: string | undefined
    let bytes = 0
    const entries = tar.pipe(extract())
    tar.on('error', (error) => entries.destroy(error))
    for await (const entry of entries) {
      if (entry.header.type === 'symlink' && files.size === 0) link ??= entry.header.linkname ?? undefined
      const parts: Buffer[] = []
      for await (const part of entry as AsyncIterable<Buffer>) {
        bytes += part.length
        if (bytes <= TREE_BYTES) parts.push(part)
      }
      if (entry.header.type === 'file') files.set(entry.header.name, Buffer.concat(parts))
    }
    if (files.size > 0 || link === undefined) return files
    path = posix.resolve(posix.dirname(path), link)
  }
  return new Map()
}
