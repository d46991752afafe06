import type { AgentSync, SyncChange } from '../agent/port.ts'
import type { Clock } from '../clock.ts'
import { asDrydockError, DrydockError } from '../errors.ts'
import type { FileChange, SessionFiles } from './files.ts'

/** A file that a program rewrites all the time is taken over so often, with its last text. */
const SETTLE_MS = 50
/** More different files at once than a workspace may have are not remembered one by one. */
const MAX_SKIP_NOTICES = 20

export interface SyncListener {
  /** By the terminal; `overwritten`: only `lost` is news, the editor's text stands. */
  changed(change: FileChange, overwritten: boolean): void
  problem(error: DrydockError): void
}

/**
 * The learner's files and the terminal's folder, kept alike. The order of one connection decides who was first: a change that the
 * agent reports while our own write of that file is on its way was overwritten by it.
 */
export class BerthSync {
  readonly #files: SessionFiles
  readonly #listener: SyncListener
  readonly #clock: Clock
  /** What the folder does not have yet, because there was no connection. */
  readonly #unsent = new Set<string>()
  readonly #writing = new Map<string, number>()
  readonly #incoming = new Map<string, string | null>()
  readonly #skipped = new Set<string>()
  #sync: AgentSync | undefined
  #settling = false

  constructor(files: SessionFiles, listener: SyncListener, clock: Clock) {
    this.#files = files
    this.#listener = listener
    this.#clock = clock
  }

  /** A fresh berth's empty folder: everything is to be written. */
  expectEverything(): void {
    for (const { path } of this.#files.shown()) this.#unsent.add(path)
  }

  /** Takes the connection over until it ends. Resolves when folder and files are alike. */
  async attach(sync: AgentSync): Promise<void> {
    this.#sync = sync
    let ready = false
    const found = new Set<string>()
    sync.onChange((change) => {
      if (this.#sync !== sync) return
      if (ready) return this.#report(change)
      found.add(change.path)
      if (!this.#unsent.has(change.path)) this.#report(change)
    })
    void sync.ended.then(() => {
      if (this.#sync === sync) this.#sync = undefined
      this.#writing.clear()
    })
    await sync.ready
    ready = true
    for (const { path } of this.#files.shown()) {
      if (!found.has(path) && !this.#unsent.has(path)) this.#report({ type: 'deleted', path })
    }
    const unsent = [...this.#unsent]
    this.#unsent.clear()
    await Promise.all(unsent.map((path) => this.#write(path)))
  }

  /** Changes of the editor: into the folder, when there is one. */
  push(changes: readonly FileChange[]): void {
    for (const { path } of changes) void this.#write(path)
  }

  /** Takes over what is still settling: before a save, a build or a check looks at the files. */
  flush(): void {
    for (const [path, content] of this.#incoming) {
      this.#incoming.delete(path)
      try {
        const change = this.#files.changedOnDisk(path, content)
        if (change) this.#listener.changed(change, false)
      } catch (thrown) {
        this.#skip(path, asDrydockError(thrown))
      }
    }
  }

  detach(): void {
    this.#sync?.close()
    this.#sync = undefined
    this.#writing.clear()
    this.#incoming.clear()
  }

  #report(change: SyncChange): void {
    const { path } = change
    if (change.type === 'skipped') {
      this.#skip(path, new DrydockError('DD_FILE_SKIPPED', { path, reason: change.reason }))
      return
    }
    if (this.#writing.has(path)) {
      const lost = change.type === 'changed' ? this.#files.displaceOnDisk(path, change.content) : undefined
      if (lost) this.#listener.changed(lost, true)
      return
    }
    this.#incoming.set(path, change.type === 'changed' ? change.content : null)
    if (this.#settling) return
    // The first change is taken over at once; those that follow on its heels settle.
    this.flush()
    void this.#settle()
  }

  async #settle(): Promise<void> {
    this.#settling = true
    do {
      await this.#clock.sleep(SETTLE_MS)
      if (this.#incoming.size === 0) break
      this.flush()
    } while (this.#sync)
    this.#settling = false
  }

  async #write(path: string): Promise<void> {
    const sync = this.#sync
    if (!sync) {
      this.#unsent.add(path)
      return
    }
    this.#writing.set(path, (this.#writing.get(path) ?? 0) + 1)
    const content = this.#files.get(path)
    try {
      await (content === undefined ? sync.delete(path) : sync.write(path, content, this.#files.mode(path)))
    } catch (thrown) {
      const error = asDrydockError(thrown)
      if (error.code === 'DD_AGENT_REFUSED') {
        this.#listener.problem(new DrydockError('DD_AGENT_REFUSED', { ...error.vars, path }))
      } else this.#unsent.add(path)
    }
    if (this.#sync !== sync) return
    const left = (this.#writing.get(path) ?? 1) - 1
    if (left > 0) this.#writing.set(path, left)
    else this.#writing.delete(path)
  }

  #skip(path: string, error: DrydockError): void {
    if (this.#skipped.has(path) || this.#skipped.size >= MAX_SKIP_NOTICES) return
    this.#skipped.add(path)
    this.#listener.problem(error)
  }
}
