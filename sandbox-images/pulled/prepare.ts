import { createHash } from 'node:crypto'
import { cp, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The folder of this recipe, and the start of its context's name. */
export const PULLED_LAYER = 'pulled'
const PACKAGE = 'libcap2-bin'

/** Hex; changes when the layer would. */
export async function pulledLayerHash(): Promise<string> {
  const hash = createHash('sha256')
  for (const file of ['Dockerfile', 'prepare.ts'])
    hash.update(await readFile(join(import.meta.dirname, file)))
  return hash.digest('hex')
}

/** The build context `pulled@root` under `contexts`: setcap and getcap, and dpkg's record of them, out of the golden root's tree. */
export async function preparePulledLayer(tree: string, contexts: string): Promise<void> {
  const dir = join(contexts, `${PULLED_LAYER}@root`)
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  await cp(join(import.meta.dirname, 'Dockerfile'), join(dir, 'Dockerfile'))
  const records = join(tree, 'var/lib/dpkg')
  const status = await readFile(join(records, 'status'), 'utf8')
  const entry = status.split('\n\n').find((paragraph) => paragraph.startsWith(`Package: ${PACKAGE}\n`))
  if (!entry) throw new Error(`the golden root has no ${PACKAGE}`)
  await writeFile(join(dir, 'status'), `${entry.trim()}\n\n`)
  const listed = (await readFile(join(records, `info/${PACKAGE}.list`), 'utf8')).split('\n')
  const ownRecords = (await readdir(join(records, 'info')))
    .filter((name) => name.startsWith(`${PACKAGE}.`))
    .map((name) => `/var/lib/dpkg/info/${name}`)
  // In the tree /sbin is a link to /usr/sbin; a copied folder of that name would replace the link in the image.
  const files = [...listed.map((path) => path.replace(/^\/(bin|sbin|lib)\//, '/usr/$1/')), ...ownRecords]
  for (const path of files) {
    const found = await lstat(join(tree, path)).catch(() => undefined)
    if (!found || found.isDirectory()) continue // documentation is left out of the tree
    await mkdir(dirname(join(dir, 'files', path)), { recursive: true })
    await cp(join(tree, path), join(dir, 'files', path), { preserveTimestamps: true, verbatimSymlinks: true })
  }
}
