import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CATALOG } from '../../sandbox-images/catalog.ts'
import { PULLED_LAYER } from '../../sandbox-images/pulled/prepare.ts'
import { agent } from '../agent/client.ts'
import { DrydockError } from '../errors.ts'
import { bakeProgram, inBakeBerth, type OnBakeProgress, runBakeProgram } from './bake-berth.ts'
import type { Pulled } from './bake-pull.ts'

export interface ImageBuild {
  cacheDir: string
  /** The golden root's tree; its engine builds the images and keeps them. */
  tree: string
  /** Holds one build context `<recipe>@<hash>` for each recipe that is built, and `PULLED_LAYER`'s where some were pulled. */
  contexts: string
  /** Recipes whose official image the tree's engine has: they get the lab's thin layer only. */
  pulled: Pulled
}

/** Builds every image of the catalog in a berth whose disk is the tree. DD_BAKE_IMAGES. */
export async function buildImages(
  build: ImageBuild,
  onProgress: OnBakeProgress,
  signal?: AbortSignal,
): Promise<void> {
  const words = Object.entries({ ...build, pulled: JSON.stringify(build.pulled) }).flatMap(
    ([name, value]) => [`--${name}`, value],
  )
  try {
    await runBakeProgram(import.meta.filename, words, onProgress, signal)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new DrydockError('DD_BAKE_IMAGES', { detail: (cause as Error).message }, { cause })
  }
}

async function build(build: ImageBuild, onProgress: OnBakeProgress, signal: AbortSignal): Promise<void> {
  const { cacheDir, tree, contexts, pulled } = build
  const bake = { cacheDir, usr: join(tree, 'usr'), disk: tree, request: { services: contexts } }
  await inBakeBerth(bake, async ({ agentSocket }) => {
    for (const [index, recipe] of CATALOG.entries()) {
      const report = (detail: string) => onProgress(`${recipe.tags[0]}: ${detail}`, index / CATALOG.length)
      const base = pulled[recipe.name]
      const context = base ? PULLED_LAYER : recipe.name
      const folder = (await readdir(contexts)).find((name) => name.startsWith(`${context}@`))
      if (!folder) throw new Error(`no build context for ${context}`)
      const options = [
        ...recipe.tags.flatMap((tag) => ['--tag', tag]),
        ...(base ? ['--build-arg', `BASE=${base}`] : []),
      ]
      report('building')
      const argv = ['docker', 'build', '--progress=plain', ...options, `/run/drydock/${folder}`]
      await inBerth(agentSocket, argv, report, signal)
    }
    // Layers stay with their images; what remains would only be copied into every berth.
    await inBerth(agentSocket, ['docker', 'builder', 'prune', '--all', '--force'], () => {}, signal)
  })
}

async function inBerth(
  agentSocket: string,
  argv: string[],
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const shell = await agent.openShell(agentSocket, {
    terminal: 'bake',
    argv,
    cwd: '/',
    env: {},
    cols: 200,
    rows: 50,
  })
  let tail = ''
  let line = ''
  shell.onOutput((chunk) => {
    const text = Buffer.from(chunk).toString('utf8')
    tail = (tail + text).slice(-4000)
    const lines = (line + text).split(/\r?\n/)
    line = lines.pop() ?? ''
    const step = lines.findLast((each) => /\[\d+\/\d+\]|exporting/.test(each))
    if (step) onLine(step.replace(/^#\d+ /, ''))
  })
  const stop = () => void shell.close()
  signal?.addEventListener('abort', stop)
  const code = await shell.exited
  await shell.close()
  signal?.removeEventListener('abort', stop)
  signal?.throwIfAborted()
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}:\n${tail}`)
}

if (import.meta.main) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { cacheDir: text, tree: text, contexts: text, pulled: text } })
  const { cacheDir, tree, contexts, pulled } = values
  if (!cacheDir || !tree || !contexts || !pulled) throw new Error('this program is started by bake.ts')
  await bakeProgram((onProgress, signal) =>
    build({ cacheDir, tree, contexts, pulled: JSON.parse(pulled) as Pulled }, onProgress, signal).then(
      () => true,
    ),
  )
}
