import { type Signal, signal } from '@preact/signals'
import type { Ok, Request, RequestError } from '../connection/lesson-socket.ts'
import { due, type FileEvent, type FileNoticeKind, type Files, isDirty, step } from './sync.ts'

export interface FileNotice {
  key: number
  path: string
  kind: FileNoticeKind
  offered?: string
}

export interface FileStoreOptions {
  request(request: Request): Promise<Ok>
  connected(): boolean
  /** Where unsaved text outlives a reload. */
  drafts: { read(): Files; write(files: Files): void }
  /** The editor's text is to become this. */
  onShow(path: string, text: string): void
  onRemoved(path: string): void
  onEdited(): void
  onRefused(path: string, error: RequestError): void
}

const SAVE_AFTER_MS = 300
const SAVE_AT_LATEST_MS = 1_500 // somebody who never pauses is saved too

/** The workspace's files in this tab: typing is saved after a pause, changes from elsewhere come in, nothing typed is lost. */
export class FileStore {
  readonly files: Signal<Files>
  readonly notices: Signal<FileNotice[]> = signal([])
  #options: FileStoreOptions
  #timer: ReturnType<typeof setTimeout> | undefined
  #firstUnsaved: number | undefined
  #saves = new Set<Promise<void>>()
  #noticeKey = 0

  constructor(options: FileStoreOptions) {
    this.#options = options
    this.files = signal(options.drafts.read())
  }

  typed(path: string, text: string): void {
    if (this.files.peek()[path]?.text === text) return
    this.apply({ type: 'typed', path, text })
    this.#options.onEdited()
    this.#later()
  }

  create(path: string): void {
    this.apply({ type: 'created', path, text: '' })
    this.flush()
  }

  /** Replaces the text of a file by one that a notice offered. */
  take(notice: FileNotice): void {
    if (notice.offered === undefined) return
    this.dismiss(notice)
    if (this.files.peek()[notice.path]) {
      this.#options.onShow(notice.path, notice.offered)
      this.typed(notice.path, notice.offered)
    } else this.apply({ type: 'created', path: notice.path, text: notice.offered })
    this.flush()
  }

  dismiss(notice: FileNotice): void {
    this.notices.value = this.notices.peek().filter((one) => one.key !== notice.key)
  }

  apply(event: FileEvent): void {
    const { files, outcomes } = step(this.files.peek(), event)
    this.files.value = files
    for (const outcome of outcomes) {
      if (outcome.type === 'show') this.#options.onShow(outcome.path, outcome.text)
      else if (outcome.type === 'removed') this.#options.onRemoved(outcome.path)
      else this.#notice(outcome)
    }
    if (event.type === 'changed' && outcomes.some((outcome) => outcome.type === 'show'))
      this.#options.onEdited()
    if (event.type === 'welcomed') this.flush()
  }

  /** Sends now what waits for a pause. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#firstUnsaved = undefined
    if (!this.#options.connected()) {
      this.keepDrafts()
      return
    }
    for (const { path, content, base } of due(this.files.peek())) {
      this.apply({ type: 'sent', path })
      const save = this.#options.request({ type: 'file.save', path, content, base }).then(
        (ok) => {
          this.apply({ type: 'saved', path, revision: ok.revision ?? base + 1 })
          if (due(this.files.peek()).some((one) => one.path === path)) this.#later()
        },
        (error: RequestError) => {
          if (error.code === 'closed') return this.apply({ type: 'disconnected' })
          this.apply({ type: 'refused', path })
          this.#options.onRefused(path, error)
        },
      )
      this.#saves.add(save)
      save.finally(() => this.#saves.delete(save))
    }
    this.keepDrafts()
  }

  /** When this returns true, the server has everything that is in the editor. */
  async settled(): Promise<boolean> {
    for (let round = 0; round < 5; round++) {
      this.flush()
      if (this.#saves.size === 0) break
      await Promise.all(this.#saves)
    }
    return !Object.values(this.files.peek()).some(isDirty)
  }

  keepDrafts(): void {
    this.#options.drafts.write(
      Object.fromEntries(Object.entries(this.files.peek()).filter(([, file]) => isDirty(file))),
    )
  }

  #later(): void {
    clearTimeout(this.#timer)
    const now = performance.now()
    this.#firstUnsaved ??= now
    const wait = Math.min(SAVE_AFTER_MS, Math.max(0, this.#firstUnsaved + SAVE_AT_LATEST_MS - now))
    this.#timer = setTimeout(() => this.flush(), wait)
  }

  #notice({ path, kind, offered }: Omit<FileNotice, 'key'>): void {
    // A newer notice replaces an older one of its file, unless the older still holds a text that could be wanted.
    const wanted = (one: FileNotice) => one.offered !== undefined && one.offered !== offered
    const kept = this.notices.peek().filter((one) => one.path !== path || wanted(one))
    this.notices.value = [...kept.slice(-3), { key: ++this.#noticeKey, path, kind, offered }]
  }
}
