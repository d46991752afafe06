import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { CATALOG } from '../../sandbox-images/catalog.ts'
import { agent } from '../agent/client.ts'
import { DrydockError } from '../errors.ts'
import { Cgroups } from './cgroup.ts'
import { launch } from './launch.ts'
import { openLayout } from './layout.ts'
import { PRIVATE_MOUNTS, settlePrivateMounts } from './private-mounts.ts'
import { reap } from './reap.ts'
import { firstUid } from './uids.ts'

const BAKE_LIMITS = { memoryBytes: 3 * 1024 ** 3, cpus: 8, pids: 2000, diskBytes: 0 }

export interface ImageBuild {
  cacheDir: string
  /** The golden root's tree; its engine builds the images and keeps them. */
  tree: string
  /** Holds one build context `<recipe>@<hash>` for each recipe of the catalog. */
  contexts: string
}

/** Builds every image of the catalog in a berth whose disk is the tree. In a process of its own: it needs private mounts. */
export async function buildImages(
  build: ImageBuild,
  onProgress: (detail: string, share: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const [program, ...prefix] = PRIVATE_MOUNTS
  const words = Object.entries(build).flatMap(([name, value]) => [`--${name}`, value])
  const child = spawn(program, [...prefix, process.execPath, import.meta.filename, ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGTERM',
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000)
  })
  createInterface(child.stdout).on('line', (line) => {
    const { detail, share } = JSON.parse(line) as { detail: string; share: number }
    onProgress(detail, share)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new DrydockError('DD_BAKE_IMAGES', { detail: errors.trim() || `exit ${code}` })
}

async function main(build: ImageBuild): Promise<void> {
  await settlePrivateMounts()
  const layout = await openLayout(join(build.cacheDir, 'work'), build.cacheDir)
  const cgroups = await Cgroups.detect(layout.lab)
  await reap(layout, cgroups)
  const engineData = join(build.tree, 'var/lib/docker')
  await mkdir(engineData, { recursive: true })
  await chmod(engineData, 0o711)
  {
    await using berth = await launch(
      {
        layout,
        cgroups,
        golden: { usr: join(build.tree, 'usr'), layers: [], template: '' },
        diskDir: build.tree,
      },
      {
        id: 'bake',
        firstUid: firstUid(layout.lab, 0),
        limits: BAKE_LIMITS,
        owner: { uid: 0, gid: 0 },
        services: build.contexts,
      },
    )
    for (const [index, recipe] of CATALOG.entries()) {
      const folder = (await readdir(build.contexts)).find((name) => name.startsWith(`${recipe.name}@`))
      if (!folder) throw new Error(`no build context for ${recipe.name}`)
      const tags = recipe.tags.flatMap((tag) => ['--tag', tag])
      const report = (detail: string) =>
        process.stdout.write(
          `${JSON.stringify({ detail: `${recipe.tags[0]}: ${detail}`, share: index / CATALOG.length })}\n`,
        )
      report('building')
      await inBerth(
        berth.agentSocket,
        ['docker', 'build', '--progress=plain', ...tags, `/run/drydock/${folder}`],
        report,
      )
    }
    // Layers stay with their images; what remains would only be copied into every berth.
    await inBerth(berth.agentSocket, ['docker', 'builder', 'prune', '--all', '--force'], () => {})
  }
  await cgroups.removeLab()
  await rm(layout.runDir, { recursive: true, force: true })
}

async function inBerth(agentSocket: string, argv: string[], onLine: (line: string) => void): Promise<void> {
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
  const code = await shell.exited
  await shell.close()
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}:\n${tail}`)
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { cacheDir: { type: 'string' }, tree: { type: 'string' }, contexts: { type: 'string' } },
  })
  const { cacheDir, tree, contexts } = values
  if (!cacheDir || !tree || !contexts) throw new Error('this program is started by bake.ts')
  try {
    await main({ cacheDir, tree, contexts })
  } catch (error) {
    process.stderr.write((error as Error).message)
    process.exitCode = 1
  }
}
