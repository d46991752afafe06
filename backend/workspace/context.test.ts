import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { extract } from 'tar-stream'
import { expect, test } from 'vitest'
import { buildContext, findDockerfile } from './context.ts'
import type { WorkspaceFile, WorkspaceFiles } from './files.ts'

const file = (content: string, mode = 0o644): WorkspaceFile => ({ content: Buffer.from(content), mode })
const workspace = (entries: Record<string, WorkspaceFile>): WorkspaceFiles => new Map(Object.entries(entries))

async function listing(files: WorkspaceFiles, dockerfile?: string): Promise<string[]> {
  const entries = extract()
  buildContext(files, dockerfile).pipe(entries)
  const names = []
  for await (const entry of entries) {
    const { name, type, mode } = entry.header
    names.push(`${type} ${name} ${mode?.toString(8)}`)
    entry.resume()
  }
  return names
}

test('parents first, modes kept, links as links', async () => {
  const files = workspace({
    'src/b.js': file('b'),
    Dockerfile: file('FROM scratch'),
    'run.sh': file('#!/bin/sh', 0o755),
    'src/a': { content: Buffer.from('../x'), mode: 0o777, kind: 'link' },
    empty: { content: Buffer.alloc(0), mode: 0o700, kind: 'directory' },
  })
  expect(await listing(files)).toEqual([
    'file Dockerfile 644',
    'directory empty 700',
    'file run.sh 755',
    'directory src 755',
    'symlink src/a 777',
    'file src/b.js 644',
  ])
})

test('ignored files stay out; the Dockerfile and its ignore file do not', async () => {
  const files = workspace({
    '.dockerignore': file('Dockerfile\n.dockerignore\nnode_modules\nlogs/*'),
    Dockerfile: file('FROM scratch'),
    'logs/x': file(''),
    'node_modules/a/index.js': file(''),
    'app.js': file(''),
  })
  const expected = ['file .dockerignore 644', 'file Dockerfile 644', 'file app.js 644', 'directory logs 755']
  expect(await listing(files)).toEqual(expected)
})

test('a Dockerfile’s own ignore file wins', async () => {
  const files = workspace({
    '.dockerignore': file('a'),
    'Dockerfile.dockerignore': file('b'),
    Dockerfile: file(''),
    a: file(''),
    b: file(''),
  })
  expect(await listing(files)).toContain('file a 644')
  expect(await listing(files)).not.toContain('file b 644')
  expect(await listing(files, 'other')).not.toContain('file a 644')
})

test('a negation in an ignored folder brings its parents back', async () => {
  const files = workspace({ '.dockerignore': file('a\n!a/b/c'), 'a/b/c': file(''), 'a/d': file('') })
  expect(await listing(files)).toEqual([
    'file .dockerignore 644',
    'directory a 755',
    'directory a/b 755',
    'file a/b/c 644',
  ])
})

test('the same files in another order give the same bytes', async () => {
  const entries = Object.entries({ b: file('b'), a: file('a'), 'c/d': file('d') })
  const digest = async (files: WorkspaceFiles) =>
    createHash('sha256')
      .update(await buffer(buildContext(files)))
      .digest('hex')
  expect(await digest(new Map(entries))).toBe(await digest(new Map(entries.reverse())))
})

test('thousands of entries and large ones arrive whole', async () => {
  const files: WorkspaceFiles = new Map()
  for (let n = 0; n < 2000; n++) files.set(`d${n}/f`, file(String(n)))
  files.set('large', { content: Buffer.alloc(3_000_000, 7), mode: 0o644 })
  const entries = extract()
  buildContext(files).pipe(entries)
  let count = 0
  for await (const entry of entries) {
    count++
    const content = await buffer(entry)
    if (entry.header.name === 'large') expect(content.equals(Buffer.alloc(3_000_000, 7))).toBe(true)
  }
  expect(count).toBe(4001)
})

test('the Dockerfile that docker build takes', () => {
  expect(findDockerfile(workspace({ dockerfile: file('FROM x') }))).toEqual({
    path: 'dockerfile',
    text: 'FROM x',
  })
  expect(findDockerfile(workspace({ dockerfile: file(''), Dockerfile: file('FROM y') })).text).toBe('FROM y')
  expect(() => findDockerfile(workspace({ 'src/Dockerfile': file('') }))).toThrow('DD_DOCKERFILE_MISSING')
})
