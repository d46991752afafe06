import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PrepareProgress } from '../recipe.ts'
import { artifact } from './artifact.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drydock-artifact-'))
})
afterEach(() => rm(dir, { recursive: true }))

test('an interrupted artifact leaves nothing under its name, and is made anew', async () => {
  const request = { dir, arch: 'amd64' as const }
  await expect(
    artifact(request, 'image', 'file', async (path) => {
      await writeFile(path, 'half')
      throw new Error('power cut')
    }),
  ).rejects.toThrow('power cut')
  expect(await readdir(dir)).toEqual([])

  await artifact(request, 'image', 'file', (path) => writeFile(path, 'whole'))
  expect(await readFile(join(dir, 'file'), 'utf8')).toBe('whole')
})

test('a complete artifact is reused, and its size told', async () => {
  await writeFile(join(dir, 'file'), 'whole')
  const seen: PrepareProgress[] = []
  await artifact({ dir, arch: 'amd64', onProgress: (p) => seen.push(p) }, 'image', 'file', () =>
    Promise.reject(new Error('must not be made again')),
  )
  expect(seen).toEqual([{ image: 'image', file: 'file', phase: 'reused', bytes: 5 }])
})
