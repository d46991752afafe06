import { Readable } from 'node:stream'
import { pack as createPack, type Pack } from 'tar-stream'
import { DrydockError } from '../errors.ts'
import { ignoreRulesOf } from './dockerignore.ts'
import { parentsOf, type WorkspaceFile, type WorkspaceFiles } from './files.ts'

/** The Dockerfile that `docker build .` takes. DD_DOCKERFILE_MISSING. */
export function findDockerfile(files: WorkspaceFiles): { path: string; text: string } {
  for (const path of ['Dockerfile', 'dockerfile']) {
    const file = files.get(path)
    if (file && !file.kind) return { path, text: file.content.toString('utf8') }
  }
  throw new DrydockError('DD_DOCKERFILE_MISSING')
}

/**
 * The build context as a tar stream, `.dockerignore` applied as Docker applies it. The same files give the same bytes (sorted,
 * owner root, time zero), so that the engine's cache works. The Dockerfile and its ignore file are always in it: the engine reads
 * them from there. DD_IGNORE_PATTERN is thrown at once.
 */
export function buildContext(files: WorkspaceFiles, dockerfile = 'Dockerfile'): Readable {
  const entries = contextEntries(files, dockerfile)
  const pack = createPack()
  writeEntries(pack, entries).catch((error) => pack.destroy(error))
  return Readable.from(pack, { objectMode: false })
}

/** One entry after the other as the reader takes them: a context is held once, in the workspace, and not again in the stream. */
async function writeEntries(pack: Pack, entries: Entry[]): Promise<void> {
  for (const entry of entries) {
    await new Promise<void>((resolve, reject) => {
      addEntry(pack, entry, (error) => (error ? reject(error) : resolve()))
    })
  }
  pack.finalize()
}

interface Entry extends WorkspaceFile {
  path: string
}

/** What the context holds, parents before their children. */
export function contextEntries(files: WorkspaceFiles, dockerfile = 'Dockerfile'): Entry[] {
  const ignored = ignoreRulesOf(files, dockerfile)
  const always = new Set([dockerfile, `${dockerfile}.dockerignore`, '.dockerignore'])
  const kept = new Map<string, WorkspaceFile>()
  const keepParents = (path: string, even: (parent: string) => boolean) => {
    for (const parent of parentsOf(path)) {
      if (even(parent)) kept.set(parent, directoryAt(parent, files))
    }
  }
  for (const [path, file] of files) {
    // A folder stays although everything in it is ignored, when it is not ignored itself.
    keepParents(path, (parent) => !ignored(parent))
    if (ignored(path) && !always.has(path)) continue
    keepParents(path, () => true)
    kept.set(path, file)
  }
  return [...kept]
    .map(([path, file]) => ({ path, ...file }))
    .sort((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)))
}

function directoryAt(path: string, files: WorkspaceFiles): WorkspaceFile {
  return files.get(path) ?? { content: Buffer.alloc(0), mode: 0o755, kind: 'directory' }
}

function addEntry(pack: Pack, entry: Entry, done: (error?: Error | null) => void): void {
  const header = { name: entry.path, mode: entry.mode, uid: 0, gid: 0, mtime: new Date(0) }
  if (entry.kind === 'directory') pack.entry({ ...header, type: 'directory' }, done)
  else if (entry.kind === 'link') {
    pack.entry({ ...header, type: 'symlink', linkname: entry.content.toString() }, done)
  } else pack.entry(header, entry.content, done)
}
