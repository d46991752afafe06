import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CATALOG } from './catalog.ts'
import { prepareContext } from './context.ts'
import { goldenRootHash, goldenRootTar } from './golden-root/root.ts'
import type { Recipe } from './recipe.ts'

/** What comes from the network before berths can be made: the golden root's tar archive, and one build context per recipe. */
export interface Inputs {
  rootTar: string
  contexts: string
}

export interface BringOptions {
  /** Whose build contexts; all by default. */
  recipes?: Recipe[]
  signal?: AbortSignal
  /** `fraction` of the whole, 0 to 1. */
  onProgress?: (what: 'root' | 'contexts', detail: string, fraction: number) => void
}

/** Brings what is missing into `dir`; what is complete there is kept, what is of older recipes is removed. Root, mmdebstrap, npm. */
export async function bringInputs(dir: string, options: BringOptions = {}): Promise<Inputs> {
  const { signal, recipes = CATALOG, onProgress = () => {} } = options
  await mkdir(dir, { recursive: true, mode: 0o711 })
  const rootTar = join(dir, `root-${(await goldenRootHash()).slice(0, 16)}.tar`)
  if (!existsSync(rootTar)) {
    for (const old of await readdir(dir))
      if (old.startsWith('root-')) await rm(join(dir, old), { force: true })
    onProgress('root', 'Debian with the Docker engine', 0)
    await goldenRootTar(`${rootTar}.partial`, {
      signal,
      onStep: (detail) => onProgress('root', detail, 0.2),
    })
    await rename(`${rootTar}.partial`, rootTar)
  }
  const contexts = join(dir, 'images')
  await mkdir(contexts, { recursive: true, mode: 0o755 })
  for (const [index, recipe] of recipes.entries()) {
    const fraction = 0.6 + (0.4 * index) / recipes.length
    onProgress('contexts', recipe.tags[0] ?? recipe.name, fraction)
    await prepareContext(recipe, {
      cacheDir: contexts,
      signal,
      onProgress: ({ image, file, detail, phase }) =>
        onProgress('contexts', `${image}: ${detail ?? `${file} ${phase}`}`, fraction),
    })
  }
  signal?.throwIfAborted()
  return { rootTar, contexts }
}

/** `node sandbox-images/inputs.ts DIR`: for an image of the lab, which then needs no network when it runs. */
if (import.meta.main) {
  const dir = process.argv[2]
  if (!dir) throw new Error('usage: node sandbox-images/inputs.ts DIR')
  await bringInputs(dir, { onProgress: (what, detail) => process.stdout.write(`${what}: ${detail}\n`) })
}
