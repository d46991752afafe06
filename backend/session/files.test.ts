import { beforeEach, describe, expect, test } from 'vitest'
import type { SavedFile } from '../progress/progress.ts'
import type { WorkspaceFiles } from '../workspace/files.ts'
import { SessionFiles } from './files.ts'

const starter: WorkspaceFiles = new Map([
  ['server.js', { content: Buffer.from('listen(80)\n'), mode: 0o644 }],
  ['Dockerfile', { content: Buffer.from('FROM node:22-slim\n'), mode: 0o644 }],
  ['run.sh', { content: Buffer.from('docker run web\n'), mode: 0o755 }],
  ['logo.png', { content: Buffer.from([0x89, 0, 1, 2]), mode: 0o644 }],
])

let saved: Map<string, SavedFile>
let displaced: string[]
let fail: boolean
beforeEach(() => {
  saved = new Map()
  displaced = []
  fail = false
})
const open = () =>
  new SessionFiles(starter, ['Dockerfile', 'run.sh'], {
    load: () => [...saved.values()],
    save: (files) => {
      if (fail) throw new Error('disk full')
      for (const { displaced: text, ...file } of files) {
        saved.set(file.path, file)
        if (text !== undefined) displaced.push(text)
      }
    },
  })

describe('SessionFiles', () => {
  test('begins as the starter, the lesson’s own files first, without what is no text', () => {
    expect(open().shown()).toEqual([
      { path: 'Dockerfile', content: 'FROM node:22-slim\n', revision: 0, edited: false },
      { path: 'run.sh', content: 'docker run web\n', revision: 0, edited: false },
      { path: 'server.js', content: 'listen(80)\n', revision: 0, edited: false },
    ])
    expect(open().workspace().get('logo.png')?.content).toEqual(Buffer.from([0x89, 0, 1, 2]))
    expect(open().workspace().get('run.sh')?.mode).toBe(0o755)
  })

  test('a save survives, with its revision', () => {
    expect(open().save('Dockerfile', 'FROM x\n', 0)).toEqual({
      path: 'Dockerfile',
      content: 'FROM x\n',
      revision: 1,
    })
    expect(open().shown()[0]).toEqual({ path: 'Dockerfile', content: 'FROM x\n', revision: 1, edited: true })
    expect(open().workspace().get('Dockerfile')?.content.toString()).toBe('FROM x\n')
  })

  test('a save by an editor that had not seen the last change wins, and what it displaced is kept', () => {
    const files = open()
    files.save('Dockerfile', 'tab one\n', 0)
    expect(files.save('Dockerfile', 'tab two\n', 0)).toMatchObject({ revision: 2, lost: 'tab one\n' })
    expect(displaced).toEqual(['tab one\n'])
    expect(files.save('Dockerfile', 'tab two again\n', 2)).not.toHaveProperty('lost')
    expect(files.save('Dockerfile', 'tab two again\n', 0)).not.toHaveProperty('lost')
  })

  test('what the terminal changes, makes and deletes counts alike', () => {
    const files = open()
    expect(files.changedOnDisk('Dockerfile', 'FROM node:22-slim\n')).toBeUndefined()
    expect(files.changedOnDisk('Dockerfile', 'FROM vim\n')).toMatchObject({ revision: 1 })
    expect(files.changedOnDisk('lib/new.sh', '#!/bin/sh\n')).toMatchObject({ revision: 1 })
    expect(files.mode('lib/new.sh')).toBe(0o755)
    expect(files.changedOnDisk('server.js', null)).toMatchObject({ content: null, revision: 1 })
    expect(files.changedOnDisk('server.js', null)).toBeUndefined()
    expect(
      open()
        .shown()
        .map((file) => file.path),
    ).toEqual(['Dockerfile', 'run.sh', 'lib/new.sh'])
    expect(open().workspace().has('server.js')).toBe(false)
  })

  test('a change on disk that was overwritten at once is not lost', () => {
    const files = open()
    files.save('Dockerfile', 'editor\n', 0)
    expect(files.displaceOnDisk('Dockerfile', 'vim\n')).toEqual({
      path: 'Dockerfile',
      content: 'editor\n',
      revision: 1,
      lost: 'vim\n',
    })
    expect(displaced).toEqual(['vim\n'])
    expect(files.get('Dockerfile')).toBe('editor\n')
    expect(files.displaceOnDisk('Dockerfile', 'editor\n')).toBeUndefined()
  })

  test('a reset brings the starter back, removes what it has not, and hands out what was there', () => {
    const files = open()
    files.save('Dockerfile', 'mine\n', 0)
    files.save('extra.txt', 'x', 0)
    files.changedOnDisk('server.js', null)
    expect(files.reset('run.sh')).toEqual([])
    expect(files.reset('Dockerfile')).toEqual([
      { path: 'Dockerfile', content: 'FROM node:22-slim\n', revision: 2, lost: 'mine\n' },
    ])
    expect(files.resetAll()).toEqual([
      { path: 'server.js', content: 'listen(80)\n', revision: 2 },
      { path: 'extra.txt', content: null, revision: 2, lost: 'x' },
    ])
    expect(
      open()
        .shown()
        .every((file) => !file.edited),
    ).toBe(true)
  })

  test.each([
    ['../etc/passwd', 'x', 'DD_PATH'],
    ['/etc/passwd', 'x', 'DD_PATH'],
    ['Dockerfile/x', 'x', 'DD_PATH_TWIN'],
    ['dockerfile', 'x', 'DD_PATH_TWIN'],
    ['big', 'x'.repeat(512 * 1024 + 1), 'DD_FILE_SIZE'],
  ])('%s is refused and changes nothing', (path, content, code) => {
    const files = open()
    const refused = (change: () => unknown) => {
      try {
        change()
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    expect(refused(() => files.save(path, content, 0))).toBe(code)
    expect(refused(() => files.changedOnDisk(path, content))).toBe(code)
    expect(saved.size).toBe(0)
    expect(files.shown()).toHaveLength(3)
  })

  test('a save that the disk refused did not happen', () => {
    const files = open()
    fail = true
    expect(() => files.save('Dockerfile', 'x', 0)).toThrow('disk full')
    expect(files.get('Dockerfile')).toBe('FROM node:22-slim\n')
    expect(() => files.resetAll()).toThrow('disk full')
  })

  test('a revision never goes back', () => {
    const files = open()
    expect(files.save('Dockerfile', 'x', 41).revision).toBe(42)
    expect(files.save('Dockerfile', 'y', 7).revision).toBe(43)
  })
})
