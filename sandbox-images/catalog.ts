import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { prepare as prepareDebian } from './debian-bookworm-slim/prepare.ts'
import { prepare as prepareNode } from './node-22-slim/prepare.ts'
import { prepare as prepareProbe } from './probe/prepare.ts'
import { hostArch, type Recipe } from './recipe.ts'

/** Every image the lessons and the checker need, in build order. */
export const CATALOG: Recipe[] = [
  {
    name: 'debian-bookworm-slim',
    tags: ['debian:bookworm-slim'],
    pull: 'debian:bookworm-slim',
    prepare: prepareDebian,
  },
  {
    name: 'node-22-slim',
    tags: ['node:22-slim', 'node:22-bookworm-slim'],
    pull: 'node:22-slim',
    from: ['debian-bookworm-slim'],
    prepare: prepareNode,
  },
  { name: 'probe', tags: ['drydock/probe:1'], prepare: prepareProbe },
]

/**
 * Hex. Changes when the image would: the recipe's files (its pinned versions are in them), the code that brings packages, the
 * recipes it builds on, and the machine's architecture.
 */
export async function recipeHash(recipe: Recipe): Promise<string> {
  const hash = createHash('sha256').update(hostArch()).update(recipe.tags.join(' '))
  for (const folder of [recipe.name, 'sources']) {
    const root = join(import.meta.dirname, folder)
    const files = (await readdir(root)).filter((file) => !file.endsWith('.md') && !file.endsWith('.test.ts'))
    for (const file of files.sort())
      hash.update(`\0${folder}/${file}\0`).update(await readFile(join(root, file)))
  }
  for (const name of recipe.from ?? []) hash.update(await recipeHash(recipeNamed(name)))
  return hash.digest('hex')
}

export function recipeNamed(name: string): Recipe {
  const recipe = CATALOG.find((candidate) => candidate.name === name)
  if (!recipe) throw new Error(`no image recipe is called ${name}`)
  return recipe
}
