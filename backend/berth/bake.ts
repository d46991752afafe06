import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CATALOG, recipeHash } from '../../sandbox-images/catalog.ts'
import { goldenRootHash } from '../../sandbox-images/golden-root/root.ts'
import { bringInputs } from '../../sandbox-images/inputs.ts'
import { systemClock } from '../clock.ts'
import { tryLock } from '../process-lock.ts'
import { buildImages } from './bake-images.ts'
import { command } from './command.ts'
import type { GoldenManifest } from './golden.ts'

/** `fraction` of the whole bake, 0 to 1; `detail` is what the tool at work says. */
export interface BakeProgress {
  step: 'root' | 'contexts' | 'images' | 'disk'
  detail: string
  fraction: number
}

export interface BakeOptions {
  cacheDir: string
  /** A folder that `bringInputs` filled earlier, where there may be no network now. */
  inputs?: string
  onProgress?: (progress: BakeProgress) => void
  signal?: AbortSignal
}

const FORMAT = 2 // of the files below golden/<key>; part of the key
/** What a berth's disk is made for; a learner's own limit grows or shrinks a copy (DEFAULT_LIMITS.diskBytes). */
export const TEMPLATE_BYTES = 4 * 1024 ** 3

/**
 * Makes what berths run from, once per content: the golden root and the base images, shared read-only, and the template of a berth's
 * own disk. Everything finished is kept, so an interrupted bake goes on where it stopped. Needs root, crun, mmdebstrap, e2fsprogs.
 */
export async function bake(options: BakeOptions): Promise<{ golden: string; baked: boolean }> {
  const { cacheDir, signal, onProgress = () => {} } = options
  const golden = join(cacheDir, 'golden', await bakeKey())
  if (existsSync(join(golden, 'manifest.json'))) return { golden, baked: false }
  await mkdir(cacheDir, { recursive: true, mode: 0o755 })
  await using _lock = await lockWhenFree(
    join(cacheDir, 'bake.lock'),
    (holder) => onProgress({ step: 'root', detail: `process ${holder} bakes already; waiting`, fraction: 0 }),
    signal,
  )
  if (existsSync(join(golden, 'manifest.json'))) return { golden, baked: false }
  const work = join(cacheDir, 'work')
  await mkdir(work, { recursive: true, mode: 0o711 })
  await chmod(work, 0o711)

  if (options.inputs) await command('cp', ['--archive', '--update', `${options.inputs}/.`, work], 120_000)
  const { rootTar, contexts } = await bringInputs(work, {
    signal,
    onProgress: (step, detail, fraction) => onProgress({ step, detail, fraction: 0.6 * fraction }),
  })

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
  await buildImages(
    { cacheDir, tree, contexts },
    (detail, share) => onProgress({ step: 'images', detail, fraction: 0.62 + 0.25 * share }),
    signal,
  )

  onProgress({ step: 'disk', detail: 'file systems', fraction: 0.88 })
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
    baked: new Date().toISOString(),
  }
  await writeFile(join(partial, 'manifest.json'), JSON.stringify(manifest))
  await rename(partial, golden)
  await rm(tree, { recursive: true, force: true })
  await rm(join(work, 'golden'), { recursive: true, force: true })
  if (options.inputs) await rm(work, { recursive: true, force: true }) // a copy of what is still there
  for (const other of await readdir(join(cacheDir, 'golden'))) {
    if (join(cacheDir, 'golden', other) !== golden)
      await rm(join(cacheDir, 'golden', other), { recursive: true, force: true })
  }
  onProgress({ step: 'disk', detail: 'done', fraction: 1 })
  return { golden, baked: true }
}

/** Where `bake` puts, or has put, the result for this version of the recipes. */
export async function goldenDir(cacheDir: string): Promise<string | undefined> {
  const golden = join(cacheDir, 'golden', await bakeKey())
  return existsSync(join(golden, 'manifest.json')) ? golden : undefined
}

async function bakeKey(): Promise<string> {
  const hash = createHash('sha256')
    .update(`format ${FORMAT}`)
    .update(await goldenRootHash())
  for (const recipe of CATALOG) hash.update(await recipeHash(recipe))
  return hash.digest('hex').slice(0, 16)
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
