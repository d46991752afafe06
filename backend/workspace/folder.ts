import { constants } from 'node:fs'
import { lstat, open, readdir, readlink, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { DrydockError } from '../errors.ts'
import {
  checkFileSize,
  checkPath,
  checkWorkspace,
  FOLDER_LIMITS,
  type WorkspaceFiles,
  type WorkspaceLimits,
} from './files.ts'

/**
 * A workspace as it stands in a folder on disk, `.git` and `node_modules` too. Links stay links, as in Docker's own build
 * context, so nothing outside the folder is read. DD_FOLDER and what `checkWorkspace` finds.
 */
export async function loadFolder(
  dir: string,
  options: { limits?: WorkspaceLimits; signal?: AbortSignal } = {},
): Promise<WorkspaceFiles> {
  const limits = options.limits ?? FOLDER_LIMITS
  const files: WorkspaceFiles = new Map()
  let total = 0

  async function walk(folder: string, prefix: string): Promise<void> {
    const names = (await readdir(folder)).sort()
    for (const name of names) {
      options.signal?.throwIfAborted()
      const path = prefix + name
      checkPath(path, limits)
      if (files.size >= limits.files) checkCount(files.size + 1, limits)
      total += await readEntry(join(folder, name), path)
      if (total > limits.totalBytes) checkTotal(total, limits)
    }
  }

  async function readEntry(real: string, path: string): Promise<number> {
    const stats = await lstat(real)
    const mode = stats.mode & 0o7777
    if (stats.isSymbolicLink()) {
      files.set(path, { content: Buffer.from(await readlink(real)), mode: 0o777, kind: 'link' })
    } else if (stats.isDirectory()) {
      const before = files.size
      await walk(real, `${path}/`)
      if (files.size === before || mode !== 0o755) {
        files.set(path, { content: Buffer.alloc(0), mode, kind: 'directory' })
      }
    } else if (stats.isFile()) {
      checkFileSize(path, stats.size, limits)
      const content = await readPlainFile(real)
      files.set(path, { content, mode })
      return content.length
    } else if (!stats.isSocket()) {
      throw new DrydockError('DD_FILE_KIND', { path }) // Docker leaves sockets out of a context, too
    }
    return 0
  }

  const root = await folderAt(dir)
  await walk(root, '')
  checkWorkspace(files, limits)
  return files
}

async function folderAt(dir: string): Promise<string> {
  const root = await realpath(dir).catch(() => undefined)
  if (root && (await lstat(root)).isDirectory()) return root
  throw new DrydockError('DD_FOLDER', { dir })
}

/** Without following a link or waiting for a pipe that has just been put in the file's place. */
async function readPlainFile(path: string): Promise<Buffer> {
  await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  return await file.readFile()
}

function checkCount(count: number, limits: WorkspaceLimits): void {
  throw new DrydockError('DD_WORKSPACE_COUNT', { count, limit: limits.files })
}

function checkTotal(bytes: number, limits: WorkspaceLimits): void {
  throw new DrydockError('DD_WORKSPACE_SIZE', {
    kib: Math.ceil(bytes / 1024),
    limit: Math.ceil(limits.totalBytes / 1024),
  })
}
