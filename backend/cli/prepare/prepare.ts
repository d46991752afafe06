import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Display, Step } from '../../../bin/display.mjs'
import { type BaseImages, baseImages } from '../../base-images.ts'
import type { Baked } from '../../berth/bake.ts'
import { DrydockError } from '../../errors.ts'
import { type Language, say, type Text, type TextVars } from '../../protocol/language.ts'
import { ROOT } from '../places.ts'
import { type Account, ensureAccount, findAccount } from './account.ts'
import { install, planInstall } from './apt.ts'
import { hasApt, missing, type SystemPackage } from './packages.ts'
import { buildSite, siteInputs, siteIsBuilt } from './site.ts'
import { STEPS, WORDS } from './texts.ts'

const SILENT_MS = 1000 // a step that is done sooner needs no announcement

export interface Preparation {
  display: Display
  language: Language
  signal: AbortSignal
  /** False: nothing is installed or made; what is missing is an error that says how to bring it. */
  install: boolean
  /** Without it, as the environment says. */
  baseImages?: BaseImages
}

/** Debian packages that are not there. Root and apt are needed to bring them. */
export async function preparePackages(packages: SystemPackage[], preparation: Preparation): Promise<void> {
  const wanted = missing(packages)
  if (wanted.length === 0) return
  const names = wanted.map((one) => one.name)
  const command = `apt-get install --no-install-recommends ${names.join(' ')}`
  if (!(await hasApt())) throw new DrydockError('DD_PACKAGES_ELSEWHERE', { names: names.join(', ') })
  if (!preparation.install || process.getuid?.() !== 0) {
    throw new DrydockError('DD_PACKAGES_MISSING', { names: names.join(', '), command: `sudo ${command}` })
  }
  await announced(preparation, STEPS.packageLists, { names: names.join(', ') }, async (step) => {
    const options = { onProgress: (text: string) => step.progress(text), signal: preparation.signal }
    const plan = await planInstall(names, options)
    if (plan.packages.length === 0) return step.done(say(WORDS.aptFirst, preparation.language))
    step.done()
    const said = {
      wanted: wanted.map((one) => `${one.name} (${one.why})`).join(', '),
      packages: plan.packages.join(' '),
      sizes: plan.sizes,
    }
    await announced(preparation, STEPS.packages, said, (inner) =>
      install(names, { ...options, onProgress: (text) => inner.progress(text) }),
    )
  })
  const still = missing(packages).map((one) => one.name)
  if (still.length > 0)
    throw new DrydockError('DD_PACKAGES_FAILED', { detail: `still missing: ${still.join(', ')}` })
}

/** The golden root and the base images, in the cache. `inputs`: what was downloaded for them earlier (BakeOptions). */
export async function prepareBerths(cache: string, preparation: Preparation, inputs?: string): Promise<void> {
  await makeFolder(cache)
  const { bake } = await import('../../berth/bake.ts')
  let step: Step | undefined
  const announce = () => (step ??= open(preparation, STEPS.bake, { cache }))
  const late = setTimeout(announce, SILENT_MS)
  try {
    const baked = await bake({
      cacheDir: cache,
      baseImages: preparation.baseImages ?? baseImages(process.env.DRYDOCK_BASE_IMAGES),
      inputs,
      signal: preparation.signal,
      onProgress: ({ fraction, detail }) =>
        announce().progress(`${Math.round(fraction * 100)} % · ${detail}`),
    })
    step?.done(baked.baked ? whichImages(baked, preparation.language) : '')
  } catch (error) {
    step?.fail()
    throw noSpace(error, cache)
  } finally {
    clearTimeout(late)
  }
}

function whichImages({ pulled = {}, refused }: Baked, language: Language): string {
  // 12 digits fit a line and are enough to compare; the whole digests are in the golden root's manifest.json.
  const digests = Object.values(pulled)
    .map((image) => image.replace(/(:[0-9a-f]{12}).*/, '$1'))
    .join(', ')
  if (digests) return say(WORDS.imagesPulled, language, { digests })
  return refused ? say(WORDS.imagesNotPulled, language, { why: refused }) : say(WORDS.imagesBuilt, language)
}

export async function prepareSite(preparation: Preparation): Promise<void> {
  const inputs = await siteInputs(ROOT)
  if (await siteIsBuilt(ROOT, inputs)) return
  if (!preparation.install) throw new DrydockError('DD_SITE_MISSING', { command: 'npm run build:site' })
  await announced(preparation, STEPS.site, {}, (step) =>
    buildSite(ROOT, inputs, (text) => step.progress(text), preparation.signal),
  )
}

export async function prepareAccount(preparation: Preparation): Promise<Account> {
  const found = await findAccount()
  if (found) return found
  if (!preparation.install) {
    throw new DrydockError('DD_PACKAGES_MISSING', {
      names: 'drydock (user)',
      command: 'sudo useradd --system --user-group drydock',
    })
  }
  return announced(preparation, STEPS.account, {}, () => ensureAccount(preparation.signal))
}

/** A folder with everything above it. */
export async function makeFolder(dir: string, mode = 0o755): Promise<void> {
  try {
    await makeMissing(resolve(dir), mode)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw noSpace(new DrydockError('DD_DATA_FOLDER', { dir, detail }, { cause: error }), dir)
  }
}

/** Part by part: Node's own recursive mkdir never ends where an existing folder takes no entries and says ENOENT, as /proc does. */
async function makeMissing(dir: string, mode: number): Promise<void> {
  if (existsSync(dir)) return
  await makeMissing(dirname(dir), mode)
  await mkdir(dir, { mode }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

/** Whatever failed for want of space says so. */
export function noSpace(error: unknown, dir: string): unknown {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (
      (at as NodeJS.ErrnoException).code === 'ENOSPC' ||
      /ENOSPC|No space left on device/.test(at.message)
    ) {
      return new DrydockError('DD_NO_SPACE', { dir }, { cause: error })
    }
  }
  return error
}

type Texts = { title: Text; detail: Text }

function open(preparation: Preparation, texts: Texts, vars: TextVars): Step {
  return preparation.display.step(
    say(texts.title, preparation.language),
    say(texts.detail, preparation.language, vars),
  )
}

async function announced<T>(
  preparation: Preparation,
  texts: Texts,
  vars: TextVars,
  work: (step: Step) => Promise<T>,
): Promise<T> {
  const step = open(preparation, texts, vars)
  try {
    const result = await work(step)
    step.done()
    return result
  } catch (error) {
    step.fail()
    throw error
  }
}
