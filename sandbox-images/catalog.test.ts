import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CATALOG, recipeHash } from './catalog.ts'

test('images come after those they build on', () => {
  const seen: string[] = []
  for (const recipe of CATALOG) {
    for (const base of recipe.from ?? []) expect(seen).toContain(base)
    seen.push(recipe.name)
  }
})

test('every recipe has its reason and its Dockerfile', async () => {
  for (const { name } of CATALOG) {
    for (const file of ['README.md', 'Dockerfile']) await access(join(import.meta.dirname, name, file))
  }
})

test('the hash is stable, differs between recipes, and follows the base', async () => {
  const [debian, node] = CATALOG
  expect(await recipeHash(node!)).toBe(await recipeHash(node!))
  const hashes = await Promise.all(CATALOG.map(recipeHash))
  expect(new Set(hashes).size).toBe(CATALOG.length)
  expect(await recipeHash({ ...node!, from: [] })).not.toBe(await recipeHash(node!))
  expect(await recipeHash({ ...debian!, tags: ['debian:other'] })).not.toBe(await recipeHash(debian!))
})
