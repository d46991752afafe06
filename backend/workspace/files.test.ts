import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DrydockError } from '../errors.ts'
import {
  checkPath,
  checkWorkspace,
  FOLDER_LIMITS,
  isBinary,
  substituteCanary,
  WORKSPACE_LIMITS,
  type WorkspaceFiles,
} from './files.ts'

const files = (entries: Record<string, string | Buffer>): WorkspaceFiles =>
  new Map(
    Object.entries(entries).map(([path, content]) => [path, { content: Buffer.from(content), mode: 0o644 }]),
  )

const codeOf = (action: () => void): string => {
  try {
    action()
  } catch (error) {
    if (error instanceof DrydockError) return `${error.code} ${error.vars.reason ?? ''}`.trim()
    throw error
  }
  return 'fine'
}

test.each([
  ['Dockerfile', 'fine'],
  ['src/日本語.js', 'fine'],
  ['a..b/...c', 'fine'],
  ['', 'DD_PATH empty'],
  ['/etc/passwd', 'DD_PATH absolute'],
  ['C:/x', 'DD_PATH absolute'],
  ['a\\b', 'DD_PATH absolute'],
  ['../x', 'DD_PATH outside'],
  ['a/../../x', 'DD_PATH outside'],
  ['a/..', 'DD_PATH outside'],
  ['./x', 'DD_PATH shape'],
  ['a//b', 'DD_PATH shape'],
  ['a/', 'DD_PATH shape'],
  ['a\0b', 'DD_PATH characters'],
  ['a\nb', 'DD_PATH characters'],
  ['gpj.\u202Eexe', 'DD_PATH characters'],
  ['\ud800', 'DD_PATH characters'],
  ['é'.repeat(128), 'DD_PATH long'],
])('the path %j is %s', (path, expected) => {
  expect(codeOf(() => checkPath(path))).toBe(expected)
})

test('no path that passes leaves the folder it is joined to', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('..', '.', 'a', '', '/', '\\', '\0', 'C:')), (parts) => {
      const path = parts.join('/')
      if (codeOf(() => checkPath(path)) !== 'fine') return
      const url = new URL(path, 'file:///root/work/')
      expect(url.pathname.startsWith('/root/work/')).toBe(true)
    }),
  )
})

test('a Dockerfile of 5 MB is too large, in the editor and in a folder alike', () => {
  const large = files({ Dockerfile: Buffer.alloc(5_000_000, '#') })
  expect(codeOf(() => checkWorkspace(large))).toBe('DD_FILE_SIZE')
  expect(codeOf(() => checkWorkspace(large, FOLDER_LIMITS))).toBe('DD_FILE_SIZE')
  const data = files({ 'node_modules/x/data.bin': Buffer.alloc(5_000_000) })
  expect(codeOf(() => checkWorkspace(data))).toBe('DD_FILE_SIZE')
  expect(codeOf(() => checkWorkspace(data, FOLDER_LIMITS))).toBe('fine')
})

test('count and total have their limits', () => {
  const many = files(Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`f${n}`, ''])))
  expect(codeOf(() => checkWorkspace(many))).toBe('DD_WORKSPACE_COUNT')
  many.delete('f200')
  expect(codeOf(() => checkWorkspace(many))).toBe('fine')
  const half = Buffer.alloc(WORKSPACE_LIMITS.fileBytes)
  const nine = files(Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`f${n}`, half])))
  expect(codeOf(() => checkWorkspace(nine))).toBe('DD_WORKSPACE_SIZE')
  nine.delete('f8')
  expect(codeOf(() => checkWorkspace(nine))).toBe('fine')
})

test('names that some disk would merge cannot stand together', () => {
  expect(codeOf(() => checkWorkspace(files({ 'App.js': '', 'app.js': '' })))).toBe('DD_PATH_TWIN')
  expect(codeOf(() => checkWorkspace(files({ 'Src/a': '', 'src/b': '' })))).toBe('DD_PATH_TWIN')
  expect(codeOf(() => checkWorkspace(files({ '\u00e9': '', 'e\u0301': '' })))).toBe('DD_PATH_TWIN')
  expect(codeOf(() => checkWorkspace(files({ 'App.js': '', 'app.js': '' }), FOLDER_LIMITS))).toBe('fine')
  expect(codeOf(() => checkWorkspace(files({ a: '', 'a/b': '' })))).toBe('DD_PATH_TWIN')
})

test('binary is what UTF-8 text cannot be', () => {
  expect(isBinary(Buffer.from('日本語\n'))).toBe(false)
  expect(isBinary(Buffer.from([0x89, 0x50, 0x4e, 0x47]))).toBe(true)
  expect(isBinary(Buffer.from('a\0b'))).toBe(true)
})

test('the canary replaces every mark, in bytes that are no text too, and not in the given files', () => {
  const given = files({
    a: '@@CANARY@@ and @@CANARY@@@',
    b: Buffer.from([0xff, ...Buffer.from('@@CANARY@@')]),
  })
  const result = substituteCanary(given, 's3cret')
  expect(result.get('a')?.content.toString()).toBe('s3cret and s3cret@')
  expect(result.get('b')?.content).toEqual(Buffer.from([0xff, ...Buffer.from('s3cret')]))
  expect(given.get('a')?.content.toString()).toContain('@@CANARY@@')
})
