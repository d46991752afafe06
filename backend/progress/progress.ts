import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock } from '../clock.ts'
import { Report } from '../protocol/report.ts'
import { openDatabase } from './database.ts'

/** A learner's copy of one file. `content` null: deleted; the revision still counts. */
export interface SavedFile {
  path: string
  content: string | null
  revision: number
}

export interface Standing {
  lesson: string
  passed: boolean
  attempts: number
}

/** How many displaced versions of one file are kept. */
const DISPLACED_KEPT = 20

/**
 * Learners' files, attempts and passed lessons, in one SQLite file. Every method is synchronous and durable: when it returns, the change
 * survives `kill -9` and a power cut.
 */
export class Progress implements Disposable {
  readonly #db: DatabaseSync
  readonly #clock: Clock
  readonly #statements = new Map<string, StatementSync>()

  private constructor(db: DatabaseSync, clock: Clock) {
    this.#db = db
    this.#clock = clock
  }

  /** DD_PROGRESS_CORRUPT, DD_PROGRESS_NEWER, DD_PROGRESS_IN_USE: see database.ts. */
  static open(file: string, clock: Clock): Progress {
    return new Progress(openDatabase(file, clock.now()), clock)
  }

  files(learner: string, lesson: string): SavedFile[] {
    return this.#sql(
      'SELECT path, content, revision FROM file WHERE learner = ? AND lesson = ? ORDER BY path',
    ).all(learner, lesson) as unknown as SavedFile[]
  }

  /** All of them or none. `displaced` is what the change put out of sight without its author having seen it. */
  saveFiles(learner: string, lesson: string, files: (SavedFile & { displaced?: string })[]): void {
    this.#transaction(() => {
      for (const file of files) {
        this.#sql(
          `INSERT INTO file (learner, lesson, path, content, revision, saved_at) VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET content = excluded.content, revision = excluded.revision, saved_at = excluded.saved_at`,
        ).run(learner, lesson, file.path, file.content, file.revision, this.#clock.now())
        if (file.displaced !== undefined)
          this.#displace(learner, lesson, file.path, file.displaced, file.revision)
      }
    })
  }

  #displace(learner: string, lesson: string, path: string, content: string, revision: number): void {
    this.#sql(
      'INSERT INTO displaced (learner, lesson, path, content, revision, displaced_at) VALUES (?, ?, ?, ?, ?, ?)',
    ).run(learner, lesson, path, content, revision, this.#clock.now())
    this.#sql(
      `DELETE FROM displaced WHERE learner = ? AND lesson = ? AND path = ? AND id NOT IN
       (SELECT id FROM displaced WHERE learner = ? AND lesson = ? AND path = ? ORDER BY id DESC LIMIT ?)`,
    ).run(learner, lesson, path, learner, lesson, path, DISPLACED_KEPT)
  }

  /** Newest first. `revision` is that of the change which displaced it. */
  displaced(learner: string, lesson: string, path: string): { content: string; revision: number }[] {
    return this.#sql(
      'SELECT content, revision FROM displaced WHERE learner = ? AND lesson = ? AND path = ? ORDER BY id DESC',
    ).all(learner, lesson, path) as { content: string; revision: number }[]
  }

  /** A lesson that was passed stays passed, whatever later attempts say. */
  recordAttempt(learner: string, lesson: string, report: Report): void {
    this.#transaction(() => {
      const now = this.#clock.now()
      this.#sql(
        'INSERT INTO attempt (learner, lesson, passed, report, checked_at) VALUES (?, ?, ?, ?, ?)',
      ).run(learner, lesson, report.passed ? 1 : 0, JSON.stringify(report), now)
      if (!report.passed) return
      this.#sql('INSERT OR IGNORE INTO passed (learner, lesson, passed_at) VALUES (?, ?, ?)').run(
        learner,
        lesson,
        now,
      )
    })
  }

  lastReport(learner: string, lesson: string): Report | undefined {
    const row = this.#sql(
      'SELECT report FROM attempt WHERE learner = ? AND lesson = ? ORDER BY id DESC LIMIT 1',
    ).get(learner, lesson) as { report: string } | undefined
    // A report of an older Drydock may have another shape; it is only shown, so it may be absent.
    return row && Report.safeParse(JSON.parse(row.report)).data
  }

  standing(learner: string, lesson: string): Standing {
    const row = this.#sql(
      `SELECT EXISTS (SELECT 1 FROM passed WHERE learner = ? AND lesson = ?) AS passed,
              (SELECT count(*) FROM attempt WHERE learner = ? AND lesson = ?) AS attempts`,
    ).get(learner, lesson, learner, lesson) as { passed: number; attempts: number }
    return { lesson, passed: row.passed === 1, attempts: row.attempts }
  }

  /** Every lesson that this learner saved a file of or checked. */
  standings(learner: string): Standing[] {
    const rows = this.#sql(
      'SELECT DISTINCT lesson FROM (SELECT lesson FROM file WHERE learner = ? UNION SELECT lesson FROM attempt WHERE learner = ?) ORDER BY lesson',
    ).all(learner, learner) as { lesson: string }[]
    return rows.map(({ lesson }) => this.standing(learner, lesson))
  }

  /** A value that is made once and then stays, such as the key that signs cookies. */
  setting(key: string, make: () => string): string {
    this.#sql('INSERT OR IGNORE INTO setting (key, value) VALUES (?, ?)').run(key, make())
    return (this.#sql('SELECT value FROM setting WHERE key = ?').get(key) as { value: string }).value
  }

  [Symbol.dispose](): void {
    this.#statements.clear()
    this.#db.close()
  }

  #sql(text: string): StatementSync {
    let statement = this.#statements.get(text)
    if (!statement) {
      statement = this.#db.prepare(text)
      this.#statements.set(text, statement)
    }
    return statement
  }

  #transaction(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      work()
      this.#db.exec('COMMIT')
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    }
  }
}
