import type { Clock } from '../clock.ts'
import { DrydockError } from '../errors.ts'
import type { Lessons, Page, Tab } from '../protocol/connection.ts'
import { Session, type SessionLesson, type SessionOptions } from './session.ts'

export interface SessionsOptions
  extends Omit<SessionOptions, 'id' | 'learner' | 'lesson' | 'belongsElsewhere'> {
  /** By its full id, `<course>/<lesson>`. DD_LESSON_UNKNOWN. */
  loadLesson(id: string): Promise<SessionLesson>
  /** How long a workplace is kept after the last tab closed. */
  leaseMs: number
}

interface Entry {
  session: Session
  lease: AbortController | undefined
}

const SESSION_ID_BYTES = 8

/** Every session: one for each learner and lesson, while a tab is open and for the lease after that. */
export class Sessions implements Lessons, AsyncDisposable {
  readonly #options: SessionsOptions
  readonly #entries = new Map<string, Entry>()
  readonly #leaving = new Set<Promise<void>>()
  #stopping = false

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  get sessions(): number {
    return this.#entries.size
  }

  async connect({ learner, lesson, page }: { learner: string; lesson: string; page: Page }): Promise<Tab> {
    const loaded = await this.#options.loadLesson(lesson)
    if (this.#stopping) throw new DrydockError('DD_STOPPING')
    const key = `${learner}\n${loaded.loaded.id}`
    let entry = this.#entries.get(key)
    if (!entry) {
      entry = { session: this.#create(learner, loaded), lease: undefined }
      this.#entries.set(key, entry)
    }
    const { session } = entry
    const known = entry
    known.lease?.abort()
    known.lease = undefined
    return session.connect(page, () => {
      if (session.tabs === 0) void this.#lease(key, known)
    })
  }

  /** Gives every workplace back. No tab is connected after that. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    for (const { lease } of entries) lease?.abort()
    await Promise.all([...entries.map(({ session }) => session[Symbol.asyncDispose]()), ...this.#leaving])
  }

  #create(learner: string, lesson: SessionLesson): Session {
    const session: Session = new Session({
      ...this.#options,
      id: this.#options.clock.random(SESSION_ID_BYTES),
      learner,
      lesson,
      belongsElsewhere: (terminal) =>
        [...this.#entries.values()].some(
          (other) => other.session !== session && other.session.terminals.get(terminal),
        ),
    })
    return session
  }

  /** Waits for a tab to come back; then the workplace goes, and what is durable is in progress/. */
  async #lease(key: string, entry: Entry): Promise<void> {
    const lease = new AbortController()
    entry.lease = lease
    const clock: Clock = this.#options.clock
    await clock.sleep(this.#options.leaseMs, lease.signal).catch(() => {})
    if (lease.signal.aborted || entry.session.tabs > 0) return
    this.#entries.delete(key)
    const leaving = entry.session[Symbol.asyncDispose]().catch((err) => {
      this.#options.log.error({ err }, 'a workplace could not be given back')
    })
    this.#leaving.add(leaving)
    await leaving
    this.#leaving.delete(leaving)
  }
}
