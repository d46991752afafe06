import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DrydockError } from '../errors.ts'
import { MIGRATIONS } from './migrations.ts'

/**
 * Opens (or makes) the database file. DD_PROGRESS_CORRUPT when it is damaged: the file was then moved aside, so the next start begins
 * afresh; DD_PROGRESS_NEWER when a newer Drydock wrote it; DD_PROGRESS_IN_USE when another process has it.
 */
export function openDatabase(file: string, now: number): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file, { timeout: 1000, enableForeignKeyConstraints: true })
    // EXCLUSIVE: two servers on one folder would each believe that their copy of a session is the only one.
    db.exec('PRAGMA locking_mode = EXCLUSIVE')
    db.exec('PRAGMA journal_mode = WAL')
    // FULL: a save that was acknowledged is on the disk, also when the power goes.
    db.exec('PRAGMA synchronous = FULL')
    db.exec('BEGIN IMMEDIATE; COMMIT')
    const sound = db.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }
    if (sound.quick_check !== 'ok') throw new Damaged(sound.quick_check)
    migrate(db, file)
    return db
  } catch (error) {
    db?.close()
    throw explain(error, file, now)
  }
}

class Damaged extends Error {}

function migrate(db: DatabaseSync, file: string): void {
  const { user_version: found } = db.prepare('PRAGMA user_version').get() as { user_version: number }
  if (found > MIGRATIONS.length) {
    throw new DrydockError('DD_PROGRESS_NEWER', { file, found, known: MIGRATIONS.length })
  }
  if (found === MIGRATIONS.length) return
  db.exec('BEGIN IMMEDIATE')
  for (const migration of MIGRATIONS.slice(found)) db.exec(migration)
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
  db.exec('COMMIT')
}

// https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

function explain(error: unknown, file: string, now: number): unknown {
  if (error instanceof DrydockError) return error
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff
  if (code === SQLITE_BUSY || code === SQLITE_LOCKED) {
    return new DrydockError('DD_PROGRESS_IN_USE', { file }, { cause: error })
  }
  if (!(error instanceof Damaged) && code !== SQLITE_CORRUPT && code !== SQLITE_NOTADB) return error
  const aside = `${file}.damaged-${new Date(now).toISOString().replace(/[:.]/g, '-')}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
  }
  return new DrydockError(
    'DD_PROGRESS_CORRUPT',
    { file, aside, detail: (error as Error).message },
    { cause: error },
  )
}
