import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CATALOG, recipeHash } from '../../sandbox-images/catalog.ts'
import { goldenRootHash } from '../../sandbox-images/golden-root/root.ts'
import { bringInputs } from '../../sandbox-images/inputs.ts'
import { pulledLayerHash } from '../../sandbox-images/pulled/prepare.ts'
import type { Recipe } from '../../sandbox-images/recipe.ts'
import type { BaseImages } from '../base-images.ts'
import { systemClock } from '../clock.ts'
import { DrydockError } from '../errors.ts'
import { tryLock } from '../process-lock.ts'
import { buildImages } from './bake-images.ts'
import { type Pulled, pullImages, usePulled } from './bake-pull.ts'
import { command } from './command.ts'
import type { GoldenManifest } from './golden.ts'

/** `fraction` of the whole bake, 0 to 1; `detail` is what the tool at work says. */
export interface BakeProgress {
  step: 'root' | 'pull' | 'contexts' | 'images' | 'disk'
  detail: string
  fraction: number
}

export interface BakeOptions {
  cacheDir: string
  /** A folder that `bringInputs` filled earlier, where there may be no network now. */
  inputs?: string
  /** Without it any earlier result is right, and a new one is built. */
  baseImages?: BaseImages
  onProgress?: (progress: BakeProgress) => void
  signal?: AbortSignal
}

export interface Baked {
  golden: string
  /** False: it was there already, and the rest is not said. */
  baked: boolean
  pulled?: Pulled
  /** Why nothing was pulled although it might have been. */
  refused?: string
}

const FORMAT = 2 // of the files below golden/<key>; part of the key
/** What a berth's disk is made for; a learner's own limit grows or shrinks a copy (DEFAULT_LIMITS.diskBytes). */
export const TEMPLATE_BYTES = 4 * 1024 ** 3

/**
 * Makes what berths run from, once per content: the golden root and the base images, shared read-only, and the template of a berth's
 * own disk. Everything finished is kept, so an interrupted bake goes on where it stopped. Needs root, crun, mmdebstrap, e2fsprogs.
 */
export async function bake(options: BakeOptions): Promise<Baked> {
  const { cacheDir, signal, baseImages, onProgress = () => {} } = options
  const earlier = await goldenDir(cacheDir, baseImages)
  if (earlier) return { golden: earlier, baked: false }
  await mkdir(cacheDir, { recursive: true, mode: 0o755 })
  await using _lock = await lockWhenFree(
    join(cacheDir, 'bake.lock'),
    (holder) => onProgress({ step: 'root', detail: `process ${holder} bakes already; waiting`, fraction: 0 }),
    signal,
  )
  const others = await goldenDir(cacheDir, baseImages)
  if (others) return { golden: others, baked: false }
  const work = join(cacheDir, 'work')
  await mkdir(work, { recursive: true, mode: 0o711 })
  await chmod(work, 0o711)

  if (options.inputs) await command('cp', ['--archive', '--update', `${options.inputs}/.`, work], 120_000)
  const bring = (recipes: Recipe[]) =>
    bringInputs(work, {
      recipes,
      signal,
      onProgress: (step, detail, fraction) => onProgress({ step, detail, fraction: 0.6 * fraction }),
    })
  const { rootTar, contexts } = await bring([])

  // The engine's data must be of one run: start from the clean tree each time.
  const tree = join(work, 'tree')
  await rm(tree, { recursive: true, force: true })
  await mkdir(tree, { mode: 0o755 })
  onProgress({ step: 'images', detail: 'unpacking the root', fraction: 0.6 })
  await command(
    'tar',
    [
      '--extract',
      '--xattrs',
      '--xattrs-include=*',
      '--numeric-owner',
      '--directory',
      tree,
      '--file',
      rootTar,
    ],
    120_000,
  )
  let pulled: Pulled = {}
  let refused: string | undefined
  if (baseImages === 'auto' || baseImages === 'pulled') {
    const result = await pullImages(
      { cacheDir, tree },
      (detail) => onProgress({ step: 'pull', detail, fraction: 0.6 }),
      signal,
    )
    if ('pulled' in result) pulled = await usePulled(cacheDir, tree, contexts, result.pulled)
    else if (baseImages === 'pulled') throw new DrydockError('DD_BAKE_PULL', { detail: result.refused })
    else refused = result.refused
  }
  await bring(CATALOG.filter((recipe) => !pulled[recipe.name]))
  await buildImages(
    { cacheDir, tree, contexts, pulled },
    (detail, share) => onProgress({ step: 'images', detail, fraction: 0.62 + 0.25 * share }),
    signal,
  )

  onProgress({ step: 'disk', detail: 'file systems', fraction: 0.88 })
  const keys = await bakeKeys()
  const golden = join(cacheDir, 'golden', Object.keys(pulled).length > 0 ? keys.pulled : keys.built)
  const partial = `${golden}.partial`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true, mode: 0o700 })
  const layers = await splitTree(tree, join(work, 'golden'))
  await makeExt4(join(work, 'golden'), join(partial, 'golden.img'), undefined)
  await makeExt4(tree, join(partial, 'template.img'), TEMPLATE_BYTES)
  const manifest: GoldenManifest = {
    format: 1,
    layers,
    images: CATALOG.flatMap((recipe) => recipe.tags),
    pulled,
    baked: new Date().toISOString(),
  }
  await writeFile(join(partial, 'manifest.json'), JSON.stringify(manifest))
  await rename(partial, golden)
  await rm(tree, { recursive: true, force: true })
  for (const name of ['golden', 'pull']) await rm(join(work, name), { recursive: true, force: true })
  if (options.inputs) await rm(work, { recursive: true, force: true }) // a copy of what is still there
  for (const other of await readdir(join(cacheDir, 'golden'))) {
    if (join(cacheDir, 'golden', other) !== golden)
      await rm(join(cacheDir, 'golden', other), { recursive: true, force: true })
  }
  onProgress({ step: 'disk', detail: 'done', fraction: 1 })
  return { golden, baked: true, pulled, refused }
}

/** The result for this version of the recipes, if there is one; with `baseImages`, only one that it accepts. */
export async function goldenDir(
  cacheDir: string,
  baseImages: BaseImages = 'auto',
): Promise<string | undefined> {
  const { built, pulled } = await bakeKeys()
  const accepted = { built: [built], pulled: [pulled], auto: [pulled, built] }[baseImages]
  return accepted
    .map((key) => join(cacheDir, 'golden', key))
    .find((dir) => existsSync(join(dir, 'manifest.json')))
}

/** Names of the results' folders. */
async function bakeKeys(): Promise<{ built: string; pulled: string }> {
  const hash = createHash('sha256')
    .update(`format ${FORMAT}`)
    .update(await goldenRootHash())
  for (const recipe of CATALOG) hash.update(await recipeHash(recipe))
  const built = hash.copy().digest('hex').slice(0, 16)
  const pulled = hash
    .update(await pulledLayerHash())
    .digest('hex')
    .slice(0, 16)
  return { built, pulled: `${pulled}-pulled` }
}

async function lockWhenFree(
  file: string,
  onWait: (holder: number) => void,
  signal?: AbortSignal,
): Promise<AsyncDisposable> {
  for (;;) {
    const locked = await tryLock(file)
    if ('lock' in locked) return locked.lock
    onWait(locked.holder)
    await systemClock.sleep(1000, signal)
  }
}

/** Moves what berths share out of the tree: `usr` and every layer's files. The tree keeps the mount points. Returns the layers' ids. */
async function splitTree(tree: string, golden: string): Promise<string[]> {
  await rm(golden, { recursive: true, force: true })
  await mkdir(join(golden, 'layers'), { recursive: true })
  await rename(join(tree, 'usr'), join(golden, 'usr'))
  const overlay = join(tree, 'var/lib/docker/overlay2')
  const layers = (await readdir(overlay)).filter((id) => existsSync(join(overlay, id, 'diff')))
  for (const id of layers) {
    await mkdir(join(golden, 'layers', id))
    await rename(join(overlay, id, 'diff'), join(golden, 'layers', id, 'diff'))
    await mkdir(join(overlay, id, 'diff'), { mode: 0o755 })
  }
  for (const name of await readdir(tree)) {
    if (!['etc', 'var', 'home', 'root'].includes(name))
      await rm(join(tree, name), { recursive: true, force: true })
  }
  await rm(join(tree, 'var/lib/docker/tmp'), { recursive: true, force: true })
  return layers
}

/** No journal: a berth's disk never outlives its berth, and the golden one is never written. */
async function makeExt4(from: string, image: string, bytes: number | undefined): Promise<void> {
  const used = Number((await command('du', ['--summarize', '--block-size=1', from], 120_000)).split('\t')[0])
  const size = bytes ?? Math.ceil((used * 1.15 + 64 * 1024 ** 2) / 1024 ** 2) * 1024 ** 2
  await writeFile(image, '', { mode: 0o600 })
  await command('truncate', ['--size', String(size), image])
  await command(
    'mkfs.ext4',
    ['-q', '-F', '-O', '^has_journal', '-m', '0', '-E', 'lazy_itable_init=1,nodiscard', '-d', from, image],
    300_000,
  )
}
