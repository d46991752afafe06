import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { AgentSync, SyncChange } from '../agent/port.ts'
import { systemClock } from '../clock.ts'
import { DrydockError } from '../errors.ts'
import { BerthSync } from './berth-sync.ts'
import { type FileChange, SessionFiles } from './files.ts'

/** The terminal's folder, with the agent's rule: reports what others change, answers in order. */
class Folder implements AgentSync {
  readonly disk = new Map<string, string>()
  #listener: (change: SyncChange) => void = () => {}
  #ready = Promise.withResolvers<void>()
  #ended = Promise.withResolvers<void>()
  ready = this.#ready.promise
  ended = this.#ended.promise
  /** Orders that the agent has not looked at yet. */
  orders: (() => void)[] = []
  slow = false
  refuse: string | undefined
  deleted: string[] = []
  onChange(listener: (change: SyncChange) => void) {
    this.#listener = listener
  }
  report(change: SyncChange) {
    this.#listener(change)
  }
  edit(path: string, content: string) {
    this.disk.set(path, content)
    this.report({ type: 'changed', path, content })
  }
  announce() {
    for (const [path, content] of this.disk) this.report({ type: 'changed', path, content })
    this.#ready.resolve()
  }
  write(path: string, content: string) {
    return this.#order(path, () => this.disk.set(path, content))
  }
  delete(path: string) {
    return this.#order(path, () => {
      this.deleted.push(path)
      this.disk.delete(path)
    })
  }
  close() {
    this.#ended.resolve()
  }
  #order(path: string, act: () => void) {
    return new Promise<void>((resolve, reject) => {
      const go = () => {
        if (path === this.refuse)
          return reject(new DrydockError('DD_AGENT_REFUSED', { path, detail: 'Is a directory' }))
        act()
        resolve()
      }
      if (this.slow) this.orders.push(go)
      else go()
    })
  }
}

let files: SessionFiles
let folder: Folder
let changes: { change: FileChange; overwritten: boolean }[]
let problems: DrydockError[]
let sync: BerthSync
beforeEach(async () => {
  const text = (content: string) => ({ content: Buffer.from(content), mode: 0o644 })
  const starter = new Map([
    ['Dockerfile', text('FROM a\n')],
    ['run.sh', text('docker run web\n')],
    ['logo.png', { content: Buffer.from([0x89, 0, 1]), mode: 0o644 }],
  ])
  files = new SessionFiles(starter, [], { load: () => [], save: () => {} })
  changes = []
  problems = []
  const listener = {
    changed: (change: FileChange, overwritten: boolean) => void changes.push({ change, overwritten }),
    problem: (error: DrydockError) => void problems.push(error),
  }
  sync = new BerthSync(files, listener, systemClock)
  folder = new Folder()
})
const attached = async () => {
  sync.expectEverything()
  const done = sync.attach(folder)
  folder.announce()
  await done
}

describe('BerthSync', () => {
  test('fills a fresh folder, over whatever is in it', async () => {
    folder.disk.set('Dockerfile', 'left over')
    await attached()
    expect(folder.deleted).toEqual([])
    expect(Object.fromEntries(folder.disk)).toEqual({
      Dockerfile: 'FROM a\n',
      'run.sh': 'docker run web\n',
    })
    expect(changes).toEqual([])
  })

  test('a change in the terminal reaches the files at once, and nothing is written back', async () => {
    await attached()
    folder.edit('Dockerfile', 'FROM vim\n')
    expect(files.get('Dockerfile')).toBe('FROM vim\n')
    expect(changes).toEqual([
      { change: { path: 'Dockerfile', content: 'FROM vim\n', revision: 1 }, overwritten: false },
    ])
    folder.report({ type: 'deleted', path: 'run.sh' })
    sync.flush()
    expect(files.get('run.sh')).toBeUndefined()
  })

  test('a file that is rewritten all the time is taken over now and then, with its last text', async () => {
    await attached()
    for (let n = 0; n <= 500; n++) folder.edit('log.txt', `line ${n}`)
    await vi.waitFor(() => expect(files.get('log.txt')).toBe('line 500'))
    expect(changes.length).toBeLessThan(5)
  })

  test('the editor’s save goes to the folder', async () => {
    await attached()
    sync.push([files.save('Dockerfile', 'FROM editor\n', 0)])
    expect(folder.disk.get('Dockerfile')).toBe('FROM editor\n')
    expect(changes).toEqual([])
  })

  test('a change that crossed our write was overwritten by it: kept, announced, not taken over', async () => {
    await attached()
    folder.slow = true
    sync.push([files.save('Dockerfile', 'FROM editor\n', 0)])
    folder.edit('Dockerfile', 'FROM vim\n')
    for (const order of folder.orders.splice(0)) order()
    await vi.waitFor(() => expect(folder.disk.get('Dockerfile')).toBe('FROM editor\n'))
    expect(files.get('Dockerfile')).toBe('FROM editor\n')
    expect(changes).toEqual([
      {
        change: { path: 'Dockerfile', content: 'FROM editor\n', revision: 1, lost: 'FROM vim\n' },
        overwritten: true,
      },
    ])
    folder.edit('Dockerfile', 'FROM vim again\n')
    sync.flush()
    expect(files.get('Dockerfile')).toBe('FROM vim again\n')
  })

  test('what changed on either side while there was no connection is brought together', async () => {
    await attached()
    folder.close()
    await systemClock.sleep(1)
    sync.push([files.save('Dockerfile', 'FROM editor\n', 0)])
    const again = new Folder()
    again.disk.set('Dockerfile', 'FROM a\n').set('new.txt', 'made meanwhile')
    const done = sync.attach(again)
    again.announce()
    await done
    sync.flush()
    expect(again.disk.get('Dockerfile')).toBe('FROM editor\n')
    expect(files.get('new.txt')).toBe('made meanwhile')
    expect(files.get('run.sh')).toBeUndefined()
  })

  test('what the folder or the workspace refuses is said, once for each file', async () => {
    await attached()
    folder.refuse = 'Dockerfile'
    sync.push([files.save('Dockerfile', 'FROM editor\n', 0)])
    await vi.waitFor(() =>
      expect(problems).toMatchObject([{ code: 'DD_AGENT_REFUSED', vars: { path: 'Dockerfile' } }]),
    )
    folder.report({ type: 'skipped', path: 'core', reason: 'binary' })
    folder.report({ type: 'skipped', path: 'core', reason: 'binary' })
    folder.edit('RUN.SH', 'twin')
    sync.flush()
    expect(problems.map((error) => error.code)).toEqual([
      'DD_AGENT_REFUSED',
      'DD_FILE_SKIPPED',
      'DD_PATH_TWIN',
    ])
  })

  test('an agent that reports a path outside the folder changes nothing', async () => {
    await attached()
    folder.edit('../../etc/passwd', 'x')
    sync.flush()
    expect(problems.map((error) => error.code)).toEqual(['DD_PATH'])
    expect(files.shown()).toHaveLength(2)
  })
})
