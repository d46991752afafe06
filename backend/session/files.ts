import type { SavedFile } from '../progress/progress.ts'
import type { WorkspaceFile as ShownFile } from '../protocol/messages.ts'
import {
  checkFileSize,
  checkPath,
  checkWorkspace,
  isBinary,
  type WorkspaceFiles,
} from '../workspace/files.ts'

/** Where changes are made to last before anybody is told of them; progress/ implements it. */
export interface FileStore {
  load(): SavedFile[]
  /** All or none, durable when it returns. */
  save(files: (SavedFile & { displaced?: string })[]): void
}

/** One accepted change. `content` null: deleted. `lost`: the text it displaced which its author had not seen. */
export interface FileChange {
  path: string
  content: string | null
  revision: number
  lost?: string
}

interface Kept {
  content: string | null
  revision: number
}

/**
 * The learner's files of one lesson: the starter's, and over them what the learner made. The newest change wins, whoever made it; what
 * it displaced unseen is kept and handed out as `lost`. Every change is in the store before it is returned.
 */
export class SessionFiles {
  readonly #starter: WorkspaceFiles
  readonly #order: readonly string[]
  readonly #store: FileStore
  readonly #files = new Map<string, Kept>()
  /** Starter files that are no text: part of every build, not of the editor. */
  readonly #binary: WorkspaceFiles = new Map()

  /** `order`: the paths that the lesson shows first. */
  constructor(starter: WorkspaceFiles, order: readonly string[], store: FileStore) {
    this.#starter = starter
    this.#order = order
    this.#store = store
    for (const [path, file] of starter) {
      if (file.kind || isBinary(file.content)) this.#binary.set(path, file)
      else this.#files.set(path, { content: file.content.toString('utf8'), revision: 0 })
    }
    for (const { path, content, revision } of store.load()) this.#files.set(path, { content, revision })
  }

  /** For the editor: the lesson's own files first, then the others by name. */
  shown(): ShownFile[] {
    const files: ShownFile[] = []
    for (const [path, { content, revision }] of this.#files) {
      if (content !== null)
        files.push({ path, content, revision, edited: content !== this.#starterText(path) })
    }
    const rank = (path: string) =>
      this.#order.includes(path) ? this.#order.indexOf(path) : this.#order.length
    return files.sort((a, b) => rank(a.path) - rank(b.path) || (a.path < b.path ? -1 : 1))
  }

  /** For a build: everything, as bytes. */
  workspace(): WorkspaceFiles {
    const files: WorkspaceFiles = new Map(this.#binary)
    for (const [path, { content }] of this.#files) {
      if (content !== null) files.set(path, { content: Buffer.from(content), mode: this.mode(path) })
    }
    return files
  }

  get(path: string): string | undefined {
    return this.#files.get(path)?.content ?? undefined
  }

  mode(path: string): number {
    const starter = this.#starter.get(path)
    if (starter) return starter.mode & 0o777
    return this.get(path)?.startsWith('#!') ? 0o755 : 0o644
  }

  /** `base`: the revision that the editor had seen. DD_PATH, DD_FILE_SIZE and what else `checkWorkspace` finds. */
  save(path: string, content: string, base: number): FileChange {
    const kept = this.#files.get(path)
    const unseen =
      kept !== undefined && base < kept.revision && kept.content !== null && kept.content !== content
    return this.#accept(path, content, base, unseen ? kept.content! : undefined)
  }

  /** A change seen in the terminal's folder; undefined when it changes nothing. Refusals as with `save`. */
  changedOnDisk(path: string, content: string | null): FileChange | undefined {
    const kept = this.#files.get(path)
    if ((kept?.content ?? null) === content) return undefined
    return this.#accept(path, content, 0)
  }

  /** A change on disk that the editor's newer one overwrote before anybody saw it. */
  displaceOnDisk(path: string, content: string): FileChange | undefined {
    const kept = this.#files.get(path)
    if (!kept || kept.content === content) return undefined
    this.#store.save([{ path, ...kept, displaced: content }])
    return { path, ...kept, lost: content }
  }

  /** Back to the starter's; what is not in the starter goes. Nothing when it already is so. */
  reset(path: string): FileChange[] {
    return this.#resetAll([path])
  }

  resetAll(): FileChange[] {
    return this.#resetAll([...this.#files.keys()])
  }

  #resetAll(paths: string[]): FileChange[] {
    const changes: FileChange[] = []
    for (const path of paths) {
      const kept = this.#files.get(path)
      const content = this.#starterText(path)
      if (!kept || kept.content === content) continue
      changes.push({
        path,
        content,
        revision: kept.revision + 1,
        ...(kept.content === null ? {} : { lost: kept.content }),
      })
    }
    this.#store.save(
      changes.map(({ lost, ...file }) => (lost === undefined ? file : { ...file, displaced: lost })),
    )
    for (const { path, content, revision } of changes) this.#files.set(path, { content, revision })
    return changes
  }

  #accept(path: string, content: string | null, base: number, lost?: string): FileChange {
    const kept = this.#files.get(path)
    if (content !== null) this.#check(path, content)
    // An editor may know a higher one: of a progress file that was set aside since.
    const revision = Math.max(kept?.revision ?? 0, base) + 1
    this.#store.save([{ path, content, revision, ...(lost === undefined ? {} : { displaced: lost }) }])
    this.#files.set(path, { content, revision })
    return { path, content, revision, ...(lost === undefined ? {} : { lost }) }
  }

  #check(path: string, content: string): void {
    checkPath(path)
    checkFileSize(path, Buffer.byteLength(content))
    checkWorkspace(this.workspace().set(path, { content: Buffer.from(content), mode: 0o644 }))
  }

  #starterText(path: string): string | null {
    const file = this.#starter.get(path)
    return file && !this.#binary.has(path) ? file.content.toString('utf8') : null
  }
}
