import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import type { Report } from '../protocol/report.ts'
import { Progress } from './progress.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-progress-'))
  file = join(folder, 'data', 'progress.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = () => Progress.open(file, systemClock)
const report = (passed: boolean): Report => ({
  lesson: 'c/l',
  passed,
  goals: [],
  engine: { version: '20.10.24' },
  seconds: 1,
})
const opening = () => {
  try {
    open()[Symbol.dispose]()
  } catch (error) {
    return error as { code: string; vars: { aside: string } }
  }
  throw new Error('it opened')
}

describe('files', () => {
  test('survive closing, with revision and deletion, apart for each learner and lesson', () => {
    {
      using progress = open()
      progress.saveFiles('ada', 'c/l', [
        { path: 'Dockerfile', content: 'FROM x\n', revision: 1 },
        { path: 'gone.txt', content: null, revision: 4 },
      ])
      progress.saveFiles('bob', 'c/l', [{ path: 'Dockerfile', content: 'FROM y\n', revision: 9 }])
      progress.saveFiles('ada', 'c/l', [{ path: 'Dockerfile', content: 'FROM z\n', revision: 2 }])
    }
    using progress = open()
    expect(progress.files('ada', 'c/l')).toEqual([
      { path: 'Dockerfile', content: 'FROM z\n', revision: 2 },
      { path: 'gone.txt', content: null, revision: 4 },
    ])
    expect(progress.files('bob', 'c/l')).toHaveLength(1)
    expect(progress.files('ada', 'c/other')).toEqual([])
  })

  test('a save of several files is all or nothing', () => {
    using progress = open()
    const bad = { path: 'b', content: {} as unknown as string, revision: 1 }
    expect(() => progress.saveFiles('ada', 'l', [{ path: 'a', content: 'a', revision: 1 }, bad])).toThrow()
    expect(progress.files('ada', 'l')).toEqual([])
    progress.saveFiles('ada', 'l', [{ path: 'a', content: 'a', revision: 1 }])
    expect(progress.files('ada', 'l')).toHaveLength(1)
  })

  test('what was displaced is kept, the last twenty of each file', () => {
    using progress = open()
    for (let revision = 1; revision <= 25; revision++) {
      progress.saveFiles('ada', 'l', [{ path: 'a', content: 'new', revision, displaced: `old ${revision}` }])
    }
    progress.saveFiles('ada', 'l', [{ path: 'b', content: 'new', revision: 1, displaced: 'b' }])
    const kept = progress.displaced('ada', 'l', 'a')
    expect(kept).toHaveLength(20)
    expect(kept[0]).toEqual({ content: 'old 25', revision: 25 })
    expect(progress.displaced('ada', 'l', 'b')).toHaveLength(1)
  })
})

describe('attempts', () => {
  test('passed once is passed; the last report is the last', () => {
    using progress = open()
    expect(progress.standing('ada', 'c/l')).toEqual({ lesson: 'c/l', passed: false, attempts: 0 })
    expect(progress.lastReport('ada', 'c/l')).toBeUndefined()
    progress.recordAttempt('ada', 'c/l', report(true))
    progress.recordAttempt('ada', 'c/l', report(false))
    expect(progress.standing('ada', 'c/l')).toEqual({ lesson: 'c/l', passed: true, attempts: 2 })
    expect(progress.lastReport('ada', 'c/l')).toEqual(report(false))
    expect(progress.standing('bob', 'c/l').passed).toBe(false)
  })

  test('standings name edited and checked lessons', () => {
    using progress = open()
    progress.recordAttempt('ada', 'c/l', report(false))
    progress.saveFiles('ada', 'c/edited', [{ path: 'a', content: '', revision: 1 }])
    progress.saveFiles('bob', 'c/other', [{ path: 'a', content: '', revision: 1 }])
    expect(progress.standings('ada').map((s) => s.lesson)).toEqual(['c/edited', 'c/l'])
  })
})

test('a setting is made once', () => {
  {
    using progress = open()
    expect(progress.setting('key', () => 'first')).toBe('first')
  }
  using progress = open()
  expect(progress.setting('key', () => 'second')).toBe('first')
})

describe('a file that cannot be used', () => {
  test('is kept aside when it is no database, and the next start begins afresh', () => {
    open()[Symbol.dispose]()
    writeFileSync(file, 'this was a database once, long enough to be one'.repeat(100))
    const error = opening()
    expect(error.code).toBe('DD_PROGRESS_CORRUPT')
    expect(readFileSync(error.vars.aside, 'utf8')).toContain('a database once')
    using progress = open()
    expect(progress.files('ada', 'l')).toEqual([])
  })

  test('is kept aside when a page in its middle is damaged', () => {
    {
      using progress = open()
      progress.saveFiles(
        'ada',
        'l',
        [...Array(300).keys()].map((n) => ({ path: `f${n}`, content: 'x'.repeat(500), revision: 1 })),
      )
    }
    const bytes = readFileSync(file)
    expect(bytes.length).toBeGreaterThan(100_000)
    bytes.fill(0xee, 20_000, 60_000)
    writeFileSync(file, bytes)
    expect(opening().code).toBe('DD_PROGRESS_CORRUPT')
    expect(readdirSync(join(folder, 'data')).some((name) => name.includes('.damaged-'))).toBe(true)
  })

  test('stays where it is when a newer Drydock wrote it', () => {
    open()[Symbol.dispose]()
    const db = new DatabaseSync(file)
    db.exec('PRAGMA user_version = 99')
    db.close()
    expect(opening().code).toBe('DD_PROGRESS_NEWER')
    expect(readdirSync(join(folder, 'data'))).toEqual(['progress.db'])
  })

  test('is refused while another process has it', () => {
    using _first = open()
    expect(opening().code).toBe('DD_PROGRESS_IN_USE')
  })
})

test('kill -9 in the middle of saving loses no acknowledged save', { timeout: 20_000 }, async () => {
  const saver = `
    import { writeSync } from 'node:fs'
    import { Progress } from ${JSON.stringify(new URL('./progress.ts', import.meta.url).href)}
    const progress = Progress.open(process.argv[1], { now: () => Date.now() })
    let revision = progress.files('ada', 'l')[0]?.revision ?? 0
    for (;;) {
      revision++
      progress.saveFiles('ada', 'l', [{ path: 'a', content: 'text ' + revision, revision }])
      writeSync(1, revision + '\\n')
    }`
  for (let round = 0; round < 3; round++) {
    const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', saver, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let acknowledged = 0
    let seen = 0
    for await (const line of createInterface(child.stdout!)) {
      acknowledged = Number(line)
      if (++seen === 20 + round * 7) child.kill('SIGKILL')
    }
    expect(seen).toBeGreaterThanOrEqual(20)
    using progress = open()
    const saved = progress.files('ada', 'l')[0]!
    expect(saved.revision).toBeGreaterThanOrEqual(acknowledged)
    expect(saved.content).toBe(`text ${saved.revision}`)
  }
})
