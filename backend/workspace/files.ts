import { DrydockError } from '../errors.ts'

/** One entry of a workspace. Without `kind` it is an ordinary file. */
export interface WorkspaceFile {
  /** The bytes; of a link its target as written; of a directory nothing. */
  content: Buffer
  /** Permission bits, like 0o755. */
  mode: number
  /** Directories are listed only when they are empty or not 0755: the others follow from the paths. */
  kind?: 'link' | 'directory'
}

/** A workspace's entries by their path inside it, with `/` between the parts. */
export type WorkspaceFiles = Map<string, WorkspaceFile>

export interface WorkspaceLimits {
  fileBytes: number
  files: number
  totalBytes: number
  pathBytes: number
  /** Whether names that differ only in case may stand beside each other. */
  caseTwins: boolean
}

/** A workspace in the editor. */
export const WORKSPACE_LIMITS: WorkspaceLimits = {
  fileBytes: 512 * 1024, // Monaco stays quick, and a message with its JSON escapes stays below MAX_MESSAGE_BYTES
  files: 200,
  totalBytes: 4 * 1024 * 1024,
  pathBytes: 255, // the protocol's limit for a path
  caseTwins: false, // one of two would vanish on a learner's macOS or Windows disk
}

/** A folder that the command line grades: `.git` and `node_modules` are part of it. */
export const FOLDER_LIMITS: WorkspaceLimits = {
  fileBytes: 64 * 1024 * 1024,
  files: 50_000,
  totalBytes: 256 * 1024 * 1024, // held in memory, next to the berth's 1.5 GiB
  pathBytes: 1024,
  caseTwins: true,
}

/** Read and understood by the lab itself, so the editor's limit holds for them in a folder too. */
const READ_BY_THE_LAB = /^(run\.sh|\.dockerignore|[^/]*dockerfile[^/]*)$/i

/** Stands for the secret in workspace files. */
const CANARY_MARK = Buffer.from('@@CANARY@@')

/** DD_PATH: not a plain relative path that every file system of a learner can hold. */
export function checkPath(path: string, limits: WorkspaceLimits = WORKSPACE_LIMITS): void {
  const reason = pathFault(path, limits)
  if (reason) throw new DrydockError('DD_PATH', { path: printable(path), reason })
}

function pathFault(path: string, limits: WorkspaceLimits): string | undefined {
  if (path === '') return 'empty'
  if (Buffer.byteLength(path) > limits.pathBytes) return 'long'
  // Control characters, and those that reorder or hide text, make a name that is not what it looks like.
  if (/[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/u.test(path))
    return 'characters'
  if (!path.isWellFormed()) return 'characters'
  if (path.startsWith('/') || /^[a-z]:/i.test(path) || path.includes('\\')) return 'absolute'
  const parts = path.split('/')
  if (parts.some((part) => part === '..')) return 'outside'
  if (parts.some((part) => part === '' || part === '.')) return 'shape'
  if (parts.some((part) => Buffer.byteLength(part) > 255)) return 'long' // NAME_MAX
  return undefined
}

/** DD_PATH, DD_PATH_TWIN, DD_FILE_SIZE, DD_WORKSPACE_COUNT, DD_WORKSPACE_SIZE. */
export function checkWorkspace(files: WorkspaceFiles, limits: WorkspaceLimits = WORKSPACE_LIMITS): void {
  if (files.size > limits.files) {
    throw new DrydockError('DD_WORKSPACE_COUNT', { count: files.size, limit: limits.files })
  }
  let total = 0
  const folded = new Map<string, string>()
  for (const [path, file] of files) {
    checkPath(path, limits)
    checkFileSize(path, file.content.length, limits)
    total += file.content.length
    checkParents(path, files)
    if (!limits.caseTwins) checkTwin(path, folded)
  }
  if (total > limits.totalBytes) {
    throw new DrydockError('DD_WORKSPACE_SIZE', { kib: kib(total), limit: kib(limits.totalBytes) })
  }
}

/** DD_FILE_SIZE. */
export function checkFileSize(path: string, bytes: number, limits: WorkspaceLimits = WORKSPACE_LIMITS): void {
  const limit = READ_BY_THE_LAB.test(path) ? WORKSPACE_LIMITS.fileBytes : limits.fileBytes
  if (bytes > limit) throw new DrydockError('DD_FILE_SIZE', { path, kib: kib(bytes), limit: kib(limit) })
}

function checkParents(path: string, files: WorkspaceFiles): void {
  for (const parent of parentsOf(path)) {
    const entry = files.get(parent)
    if (entry && entry.kind !== 'directory') throw new DrydockError('DD_PATH_TWIN', { path, other: parent })
  }
}

function checkTwin(path: string, folded: Map<string, string>): void {
  for (const name of [...parentsOf(path), path]) {
    const key = name.normalize('NFC').toLowerCase()
    const other = folded.get(key)
    if (other !== undefined && other !== name) throw new DrydockError('DD_PATH_TWIN', { path: name, other })
    folded.set(key, name)
  }
}

/** `a/b/c` → `a`, `a/b`. */
export function parentsOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** Whether an editor for text would damage it: a NUL byte, or bytes that are not UTF-8. */
export function isBinary(content: Buffer): boolean {
  if (content.includes(0)) return true
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(content)
    return false
  } catch {
    return true
  }
}

/** The same files with `@@CANARY@@` replaced in every file's bytes. The given ones stay as they are. */
export function substituteCanary(files: WorkspaceFiles, canary: string): WorkspaceFiles {
  const value = Buffer.from(canary)
  const substituted: WorkspaceFiles = new Map()
  for (const [path, file] of files) {
    const replaced = file.kind ? file.content : replaceAll(file.content, CANARY_MARK, value)
    substituted.set(path, { ...file, content: replaced })
  }
  return substituted
}

function replaceAll(content: Buffer, mark: Buffer, value: Buffer): Buffer {
  const pieces: Buffer[] = []
  let from = 0
  for (let at = content.indexOf(mark); at >= 0; at = content.indexOf(mark, from)) {
    pieces.push(content.subarray(from, at), value)
    from = at + mark.length
  }
  return pieces.length === 0 ? content : Buffer.concat([...pieces, content.subarray(from)])
}

function kib(bytes: number): number {
  return Math.ceil(bytes / 1024)
}

/** A bad path is shown, not obeyed: without what a terminal would act on, and not at any length. */
function printable(path: string): string {
  return JSON.stringify(path.toWellFormed().slice(0, 100)).slice(1, -1)
}
