import { createHash } from 'node:crypto'
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DrydockError } from '../../errors.ts'
import { runToEnd } from '../owned-process.ts'

/** What the built site is made of. Its own output and caches are not. */
const INPUTS = ['site', 'lessons', 'backend/protocol', 'package-lock.json']
const NOT_INPUTS = new Set(['node_modules', 'dist', '.astro'])
const STAMP = 'site/dist/.inputs'

/** A digest of every input's path and bytes. */
export async function siteInputs(root: string): Promise<string> {
  const hash = createHash('sha256')
  for (const input of INPUTS) {
    for (const file of await filesUnder(root, input)) {
      hash.update(`${file}\0`)
      hash.update(
        createHash('sha256')
          .update(await readFile(join(root, file)))
          .digest(),
      )
    }
  }
  return hash.digest('hex')
}

async function filesUnder(root: string, path: string): Promise<string[]> {
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch(() => undefined)
  if (!entries) return [path]
  const files: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (NOT_INPUTS.has(entry.name)) continue
    if (entry.isDirectory()) files.push(...(await filesUnder(root, join(path, entry.name))))
    else if (entry.isFile()) files.push(join(path, entry.name))
  }
  return files
}

export async function siteIsBuilt(root: string, inputs: string): Promise<boolean> {
  return (await readFile(join(root, STAMP), 'utf8').catch(() => '')) === inputs
}

/** Astro empties site/dist first and the stamp is written last: an interrupted build is built again. */
export async function buildSite(
  root: string,
  inputs: string,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const bin = join(root, 'node_modules/.bin')
  const result = await runToEnd([process.execPath, join(bin, 'astro'), 'build', '--root', 'site'], {
    cwd: root,
    env: {
      ...process.env,
      PATH: `${bin}:${process.env.PATH}`,
      ASTRO_TELEMETRY_DISABLED: '1',
      NO_COLOR: '1',
      FORCE_COLOR: '0',
    },
    signal,
    onOutput: (chunk) => {
      const line = String(chunk).trim().split('\n').at(-1)
      if (line) onProgress(line.replace(/^\d\d:\d\d:\d\d /, ''))
    },
  })
  signal.throwIfAborted()
  if (result.code !== 0) {
    if (/ENOSPC/.test(result.output)) throw new DrydockError('DD_NO_SPACE', { dir: join(root, 'site/dist') })
    const lines = result.output.split('\n').filter((line) => line.trim() && !/^\s+at /.test(line))
    const first = lines.findIndex((line) => /error/i.test(line))
    const detail = first < 0 ? `code ${result.code}` : lines.slice(first, first + 3).join('\n')
    throw new DrydockError('DD_SITE_BUILD', { detail: detail.trim() })
  }
  const stamp = join(root, STAMP)
  await writeFile(`${stamp}.new`, inputs)
  await rename(`${stamp}.new`, stamp)
}
