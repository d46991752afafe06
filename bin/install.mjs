/**
 * The npm packages of package-lock.json, installed when they are missing, incomplete or of another version. Plain JavaScript for
 * Node 20 with nothing installed.
 */
import { spawn } from 'node:child_process'
import { accessSync, constants, createWriteStream, existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { SetupError, text } from './messages.mjs'

const COUNT_EVERY_MS = 1000 // one stat for each package: 5 ms of work
const OLDEST_OWN_NODE = 24 // runs TypeScript and has node:sqlite without flags
// Without a network the first failure is told after half a minute, not after two.
const RETRIES = ['--fetch-retry-mintimeout=2000', '--fetch-retry-maxtimeout=10000']
const NEEDED_SPACE = '1.5 GB'

/** The Node.js that runs Drydock: the pinned one of node_modules or, where npm has none for the platform, this one when new enough. */
export function runtimeNode(root) {
  // Not node_modules/.bin/node: npm 10 makes no link for a package that it has under several names for several platforms.
  const names = [`node-${process.platform}-${process.arch}`, `node-bin-${process.platform}-${process.arch}`]
  const pinned = names.map((name) => path.join(root, 'node_modules', name, 'bin', 'node')).find(existsSync)
  if (pinned) return pinned
  if (Number(process.versions.node.split('.')[0]) >= OLDEST_OWN_NODE) return process.execPath
  throw new SetupError('DD_NODE_PLATFORM', {
    platform: `${process.platform}-${process.arch}`,
    version: process.version,
  })
}

/**
 * True when node_modules holds exactly what package-lock.json names for this platform. npm writes node_modules/.package-lock.json last,
 * so an interrupted install is not mistaken for a whole one.
 */
export function installed(root) {
  const wanted = packagesOf(path.join(root, 'package-lock.json'))
  const present = packagesOf(path.join(root, 'node_modules', '.package-lock.json'))
  if (!wanted || !present) return false
  for (const [name, entry] of wanted) {
    if (name === '') continue
    const found = present.get(name)
    if (!found) {
      if (mayBeAbsent(entry)) continue
      return false
    }
    if (found.version !== entry.version || found.integrity !== entry.integrity) return false
  }
  for (const name of present.keys()) if (!wanted.has(name)) return false
  return true
}

/** @param {{root: string, display: import('./display.mjs').Display, install: boolean}} options */
export async function ensureInstalled({ root, display, install }) {
  if (Number(process.versions.node.split('.')[0]) < 20)
    throw new SetupError('DD_NODE_OLD', { version: process.version })
  if (installed(root)) return
  if (!install) throw new SetupError('DD_NOT_INSTALLED', { dir: root })
  try {
    accessSync(root, constants.W_OK)
  } catch {
    throw new SetupError('DD_NOT_WRITABLE', { dir: root })
  }
  const names = [...packagesOf(path.join(root, 'package-lock.json'))]
    .filter(([name, entry]) => name && !mayBeAbsent(entry))
    .map(([name]) => name)
  const count = names.length
  const step = display.step(
    text('installing'),
    text('installDetail', { count, dir: path.join(root, 'node_modules') }),
  )
  const timer = setInterval(() => {
    const done = names.filter((name) => existsSync(path.join(root, name, 'package.json'))).length
    step.progress(text('installProgress', { done, count }))
  }, COUNT_EVERY_MS)
  try {
    await npmCi(root)
    step.done(text('installProgress', { done: count, count }))
  } catch (error) {
    step.fail()
    throw error
  } finally {
    clearInterval(timer)
  }
}

function packagesOf(file) {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages))
  } catch {
    return undefined
  }
}

/** npm leaves out optional packages of other platforms, and what only those need. One that names this platform must be there. */
function mayBeAbsent(entry) {
  if (!entry.optional && !entry.devOptional) return false
  if (!entry.os && !entry.cpu) return true
  return !fits(entry.os, process.platform) || !fits(entry.cpu, process.arch) || !fits(entry.libc, libc())
}

function fits(list, mine) {
  if (!list || !mine) return true
  const names = [list].flat() // some packages write a string
  return names.includes(mine) || (names.some((name) => name.startsWith('!')) && !names.includes(`!${mine}`))
}

let knownLibc
function libc() {
  if (process.platform !== 'linux') return undefined
  knownLibc ??= process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl'
  return knownLibc
}

function npmCi(root) {
  const log = path.join(tmpdir(), `drydock-npm-${process.pid}.log`)
  const env = { ...process.env }
  // `npm start` puts node_modules/.bin first; npm itself must not run on the very Node.js that it is about to delete.
  env.PATH = (env.PATH ?? '')
    .split(path.delimiter)
    .filter((dir) => !dir.endsWith(path.join('node_modules', '.bin')))
    .join(path.delimiter)
  return new Promise((resolve, reject) => {
    const npm = spawn('npm', ['ci', '--no-audit', '--no-fund', '--progress=false', ...RETRIES], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32', // npm is a .cmd there
    })
    const file = createWriteStream(log)
    let tail = ''
    for (const stream of [npm.stdout, npm.stderr]) {
      stream.on('data', (chunk) => {
        file.write(chunk)
        tail = (tail + chunk).slice(-8000)
      })
    }
    let stopped
    // npm itself would go on and then tidy up for a minute. Half an install is known by its missing .package-lock.json.
    const stop = (signal) => {
      stopped = signal
      npm.kill('SIGKILL')
    }
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, stop)
    const ended = (settle) => {
      for (const signal of signals) process.off(signal, stop)
      file.end()
      settle()
    }
    npm.on('error', (error) =>
      ended(() => reject(error.code === 'ENOENT' ? new SetupError('DD_NPM_MISSING') : error)),
    )
    npm.on('close', (code, signal) => {
      ended(() => {
        if (code === 0) resolve()
        else if (stopped || signal) reject(new Interrupted(stopped ?? signal))
        else reject(explainNpm(tail, root, log))
      })
    })
  })
}

/** The user stopped the installation: no message is needed. */
export class Interrupted extends Error {
  constructor(signal) {
    super(`stopped by ${signal}`)
    this.signal = signal
  }
}

function explainNpm(tail, root, log) {
  const code = /npm (?:error|ERR!) code (\w+)/.exec(tail)?.[1]
  const detail =
    [...tail.matchAll(/npm (?:error|ERR!) (?!code |syscall |errno |A complete log|\s*$)(.+)/g)].map((m) =>
      m[1].trim(),
    )[0] ?? 'no message'
  if (code === 'ENOSPC') return new SetupError('DD_NO_SPACE', { dir: root, needed: NEEDED_SPACE })
  if (
    [
      'ENOTFOUND',
      'EAI_AGAIN',
      'ECONNREFUSED',
      'ECONNRESET',
      'ETIMEDOUT',
      'ENETUNREACH',
      'EHOSTUNREACH',
      'ERR_SOCKET_TIMEOUT',
    ].includes(code)
  )
    return new SetupError('DD_NPM_OFFLINE', { detail })
  return new SetupError('DD_NPM_FAILED', { detail: code ? `${code}: ${detail}` : detail, log })
}
