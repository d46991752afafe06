/**
 * The Node.js that npm brings needs one library that a small Debian lacks. Run by npm's own Node.js when the other does not start, and
 * by `npm start` and `npm test` after they installed it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Display } from './display.mjs'
import { Interrupted, runtimeNode } from './install.mjs'
import { SetupError, text } from './messages.mjs'

const LIBRARY = 'libatomic.so.1'
const PACKAGE = 'libatomic1'

/** @param {{root: string, display: Display, install: boolean}} options */
export async function ensureNodeRuns({ root, display, install }) {
  const node = runtimeNode(root)
  const probe = () => spawnSync(node, ['--version'], { encoding: 'utf8' })
  const first = probe()
  if (first.status === 0) return
  const detail = (first.stderr || first.error?.message || '').trim()
  const canInstall = install && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!detail.includes(LIBRARY) || !canInstall)
    throw new SetupError('DD_NODE_LIBRARY', { detail, command: `sudo apt-get install ${PACKAGE}` })
  const step = display.step(text('library'), text('libraryDetail', { name: PACKAGE }))
  try {
    const args = ['install', '--yes', '--no-install-recommends', PACKAGE]
    if ((await apt(args)).code !== 0) {
      step.progress('apt-get update')
      await apt(['update'])
      const again = await apt(args)
      if (again.code !== 0)
        throw new SetupError('DD_NODE_LIBRARY', {
          detail: lastError(again.output),
          command: `sudo apt-get install ${PACKAGE}`,
        })
    }
    if (probe().status !== 0)
      throw new SetupError('DD_NODE_LIBRARY', {
        detail: probe().stderr.trim(),
        command: `sudo apt-get install ${PACKAGE}`,
      })
    step.done()
  } catch (error) {
    step.fail()
    throw error
  }
}

function apt(args) {
  const child = spawn('apt-get', args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8', LANGUAGE: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const stop = () => child.kill('SIGINT') // apt finishes what dpkg has begun
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, stop)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      for (const name of signals) process.off(name, stop)
      if (signal) reject(new Interrupted(signal))
      else resolve({ code, output })
    })
  })
}

function lastError(output) {
  return output.split('\n').findLast((line) => line.startsWith('E: ')) ?? output.trim().split('\n').at(-1)
}

if (process.argv[1] && fileURLToPath(import.meta.url) === path.resolve(process.argv[1])) {
  const { main, ROOT } = await import('./runtime.mjs')
  await main(async (display) => {
    await ensureNodeRuns({
      root: ROOT,
      display,
      install: !['1', 'true'].includes(process.env.DRYDOCK_NO_INSTALL ?? ''),
    })
    return 0
  })
}
