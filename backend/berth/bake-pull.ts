import { existsSync } from 'node:fs'
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CATALOG } from '../../sandbox-images/catalog.ts'
import { preparePulledLayer } from '../../sandbox-images/pulled/prepare.ts'
import { bakeProgram, inBakeBerth, type OnBakeProgress, runBakeProgram } from './bake-berth.ts'
import { command } from './command.ts'
import { pullImage } from './pull-image.ts'

/** A recipe's name → the official image it was pulled as, by digest: `node@sha256:…`. */
export type Pulled = Record<string, string>

export type PullResult = { pulled: Pulled } | { refused: string }

export interface ImagePull {
  cacheDir: string
  /** The golden root's tree. Only read: its engine pulls with a disk of its own. */
  tree: string
}

/** Programs of the host keep their certificates in one of these (Debian, Fedora, Alpine). */
const HOST_CERTIFICATES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
]
const PROXY = /^(https?|no)_proxy$/i

/**
 * Pulls the official image of every recipe that names one: all of them, or `refused` with the reason, and then nothing is kept. Complete ones
 * of an interrupted bake are used again. `usePulled` takes them.
 */
export async function pullImages(
  pull: ImagePull,
  onProgress: OnBakeProgress,
  signal?: AbortSignal,
): Promise<PullResult> {
  const { done, partial, root } = places(pull.cacheDir)
  const kept = await readFile(join(done, 'pulled.json'), 'utf8').catch(() => undefined)
  if (kept) {
    const pulled = JSON.parse(kept) as Pulled
    if (CATALOG.every((recipe) => !recipe.pull || pulled[recipe.name])) return { pulled }
  }
  await rm(root, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  const words = Object.entries(pull).flatMap(([name, value]) => [`--${name}`, value])
  const result = await runBakeProgram<PullResult>(import.meta.filename, words, onProgress, signal).catch(
    async (error: Error): Promise<PullResult> => {
      if (signal?.aborted) await rm(root, { recursive: true, force: true })
      signal?.throwIfAborted()
      return { refused: error.message }
    },
  )
  if ('pulled' in result) {
    await mkdir(done)
    await rename(join(partial, 'var/lib/docker'), join(done, 'docker'))
    await writeFile(join(done, 'pulled.json'), JSON.stringify(result.pulled))
    await rm(partial, { recursive: true, force: true })
  } else await rm(root, { recursive: true, force: true })
  return result
}

/** Gives the tree's engine what `pullImages` pulled, and `contexts` the lab's thin layer for it. */
export async function usePulled(
  cacheDir: string,
  tree: string,
  contexts: string,
  pulled: Pulled,
): Promise<Pulled> {
  const data = join(tree, 'var/lib/docker')
  await rm(data, { recursive: true, force: true })
  await command('cp', ['--archive', '--reflink=auto', join(places(cacheDir).done, 'docker'), data], 300_000)
  await preparePulledLayer(tree, contexts)
  return pulled
}

function places(cacheDir: string) {
  const root = join(cacheDir, 'work/pull')
  return { root, partial: join(root, 'partial'), done: join(root, 'done') }
}

async function pull({ cacheDir, tree }: ImagePull, onProgress: OnBakeProgress, signal: AbortSignal) {
  const disk = places(cacheDir).partial
  await mkdir(disk, { recursive: true, mode: 0o755 })
  const parts = ['etc', 'var', 'home', 'root'].map((name) => join(tree, name))
  await command('cp', ['--archive', ...parts, disk], 120_000)
  await asTheHost(disk)
  const services = join(disk, 'services')
  await mkdir(services)
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => PROXY.test(entry[0]) && !!entry[1],
    ),
  )
  const request = { services, hostNetwork: true, env }
  const official = CATALOG.filter((recipe) => recipe.pull)
  return inBakeBerth({ cacheDir, usr: join(tree, 'usr'), disk, request }, async ({ engineSocket }) => {
    const pulled: Pulled = {}
    for (const [index, recipe] of official.entries()) {
      const name = recipe.pull as string
      const report = (detail: string) => onProgress(`${name}: ${detail}`, index / official.length)
      report('asking a registry')
      const outcome = await pullImage(engineSocket, name, report, signal)
      if ('refused' in outcome) return { refused: `${name}: ${outcome.refused}` }
      pulled[recipe.name] = outcome.digest
    }
    return { pulled }
  })
}

/**
 * The engine that pulls sees the network as the host does: its resolver, its names, its trusted certificates. It has no network of its
 * own to make for containers, and may not touch the host's.
 */
async function asTheHost(disk: string): Promise<void> {
  const config = join(disk, 'etc/docker/daemon.json')
  const mirror = process.env.DRYDOCK_REGISTRY_MIRROR
  const settings = {
    ...(JSON.parse(await readFile(config, 'utf8')) as object),
    iptables: false,
    ip6tables: false,
    'ip-forward': false,
    bridge: 'none',
    ...(mirror && { 'registry-mirrors': [mirror] }),
  }
  await writeFile(config, JSON.stringify(settings))
  const certificates = HOST_CERTIFICATES.find((file) => existsSync(file))
  if (certificates) await copyFile(certificates, join(disk, 'etc/ssl/certs/ca-certificates.crt'))
  for (const file of ['etc/resolv.conf', 'etc/hosts', 'etc/nsswitch.conf']) {
    await rm(join(disk, file), { force: true })
    await copyFile(join('/', file), join(disk, file)).catch(() => {})
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { cacheDir: { type: 'string' }, tree: { type: 'string' } } })
  const { cacheDir, tree } = values
  if (!cacheDir || !tree) throw new Error('this program is started by bake.ts')
  await bakeProgram((onProgress, signal) => pull({ cacheDir, tree }, onProgress, signal))
}
