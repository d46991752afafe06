import { cp, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { recipeHash } from './catalog.ts'
import { hostArch, type PrepareProgress, type Recipe } from './recipe.ts'

/**
 * The recipe's build context, complete on disk under `cacheDir`: prepared once per content, continued after an interruption.
 * Contexts of the recipe's older contents are removed. Returns the folder.
 */
export async function prepareContext(
  recipe: Recipe,
  options: { cacheDir: string; signal?: AbortSignal; onProgress?: (progress: PrepareProgress) => void },
): Promise<string> {
  const name = `${recipe.name}@${(await recipeHash(recipe)).slice(0, 16)}`
  const dir = join(options.cacheDir, name)
  await mkdir(dir, { recursive: true })
  for (const other of await readdir(options.cacheDir)) {
    if (other.startsWith(`${recipe.name}@`) && other !== name)
      await rm(join(options.cacheDir, other), { recursive: true })
  }
  const source = join(import.meta.dirname, recipe.name)
  for (const file of await readdir(source)) {
    if (!/\.(ts|md)$/.test(file)) await cp(join(source, file), join(dir, file), { preserveTimestamps: true })
  }
  await recipe.prepare({ dir, arch: hostArch(), signal: options.signal, onProgress: options.onProgress })
  return dir
}
