import { createReadStream, createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { extract } from 'tar-stream'
import type { PrepareRequest } from '../recipe.ts'
import { artifact } from '../sources/artifact.ts'
import { debianTar } from '../sources/debian.ts'

/** Brings `busybox`, statically linked. */
export async function prepare(request: PrepareRequest): Promise<void> {
  await artifact(request, 'drydock/probe:1', 'busybox', async (path, onStep) => {
    const tar = `${path}.tar`
    try {
      const tree = { variant: 'extract' as const, packages: ['busybox-static'] }
      await debianTar(tar, tree, { arch: request.arch, signal: request.signal, onStep })
      await extractFile(tar, /^(\.\/)?(usr\/)?bin\/busybox$/, path)
    } finally {
      await rm(tar, { force: true })
    }
  })
}

async function extractFile(tar: string, name: RegExp, to: string): Promise<void> {
  let found = false
  const entries = extract()
  const reading = pipeline(createReadStream(tar), entries)
  for await (const entry of entries) {
    if (!name.test(entry.header.name)) entry.resume()
    else {
      await pipeline(entry, createWriteStream(to, { mode: 0o755 }))
      found = true
    }
  }
  await reading
  if (!found) throw new Error('the package busybox-static holds no bin/busybox')
}
