import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FOLDER_LIMITS } from './files.ts'
import { loadFolder } from './folder.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drydock-folder-'))
})
afterEach(() => rm(dir, { recursive: true }))

test('everything is part of it, with its mode', async () => {
  await mkdir(join(dir, '.git/refs/tags'), { recursive: true })
  await mkdir(join(dir, 'private'), { mode: 0o700 })
  await writeFile(join(dir, '.git/HEAD'), 'ref')
  await writeFile(join(dir, 'private/key'), 'k')
  await writeFile(join(dir, 'run.sh'), '#!/bin/sh')
  await chmod(join(dir, 'run.sh'), 0o755)
  const files = await loadFolder(dir)
  expect([...files.keys()]).toEqual(['.git/HEAD', '.git/refs/tags', 'private/key', 'private', 'run.sh'])
  expect(files.get('run.sh')).toEqual({ content: Buffer.from('#!/bin/sh'), mode: 0o755 })
  expect(files.get('private')).toMatchObject({ kind: 'directory', mode: 0o700 })
  expect(files.get('.git/refs/tags')).toMatchObject({ kind: 'directory' })
})

test('a link is kept as a link: what it points at is not read', async () => {
  await symlink('/etc/passwd', join(dir, 'passwd'))
  await symlink('/etc', join(dir, 'etc'))
  await symlink('.', join(dir, 'loop'))
  const files = await loadFolder(dir)
  expect(files.get('passwd')).toMatchObject({ kind: 'link', content: Buffer.from('/etc/passwd') })
  expect([...files.keys()]).toEqual(['etc', 'loop', 'passwd'])
})

test('what cannot be part of a workspace is named', async () => {
  await expect(loadFolder(join(dir, 'missing'))).rejects.toMatchObject({ code: 'DD_FOLDER' })
  execFileSync('mkfifo', [join(dir, 'pipe')])
  await expect(loadFolder(dir)).rejects.toMatchObject({ code: 'DD_FILE_KIND', vars: { path: 'pipe' } })
})

test('limits hold while reading', async () => {
  for (const name of ['a', 'b', 'c']) await writeFile(join(dir, name), '12345')
  const load = (limits: object) => loadFolder(dir, { limits: { ...FOLDER_LIMITS, ...limits } })
  await expect(load({ files: 2 })).rejects.toMatchObject({ code: 'DD_WORKSPACE_COUNT' })
  await expect(load({ totalBytes: 12 })).rejects.toMatchObject({ code: 'DD_WORKSPACE_SIZE' })
  await expect(load({ fileBytes: 4 })).rejects.toMatchObject({ code: 'DD_FILE_SIZE' })
  expect((await load({ files: 3, totalBytes: 15, fileBytes: 5 })).size).toBe(3)
})
