/** Hands over to the Node.js of node_modules, which runs TypeScript. Plain JavaScript for Node 20. */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Display } from './display.mjs'
import { Interrupted, runtimeNode } from './install.mjs'
import { localLanguage, SetupError } from './messages.mjs'

const WATCH_MS = 500 // a getppid(2) each time

/** The clone's root folder. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')

/**
 * Runs `script` (relative to the root) and ends as it ends. The child holds one end of an IPC channel: when this process is killed the
 * channel breaks and the child stops by itself.
 */
export function handOver(script, args) {
  const child = spawn(runtimeNode(ROOT), [path.join(ROOT, script), ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  // A terminal's Ctrl-C reaches the child by itself, by npm and by this: the child takes signals that come together for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // Whoever started this with a channel (a test) and was killed breaks it.
  process.on('disconnect', () => child.kill('SIGTERM'))
  process.channel?.unref()
  const watch = watchNpm(() => child.kill('SIGTERM'))
  child.once('exit', () => clearInterval(watch))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal]))
  })
}

/** npm that was killed hard leaves what it runs behind: an orphan has another parent. */
function watchNpm(gone) {
  if (!process.env.npm_lifecycle_event) return undefined
  const parent = process.ppid
  return setInterval(() => {
    if (process.ppid !== parent) gone()
  }, WATCH_MS)
}

/** The whole life of a command: `run` gives the exit code; a failure that a person can act on is said without a stack trace. */
export async function main(run) {
  const display = new Display()
  try {
    process.exitCode = await run(display)
  } catch (error) {
    display.close()
    if (error instanceof Interrupted) process.exitCode = 128 + (constants.signals[error.signal] ?? 2)
    else if (error instanceof SetupError) {
      process.stderr.write(`\n${display.paint.red(error.code)} ${error.message}\n`)
      process.exitCode = 3
    } else {
      const said = localLanguage() === 'ja' ? '予期しない問題です' : 'Something unexpected happened'
      process.stderr.write(
        `\n${display.paint.red('DD_INTERNAL')} ${said}: ${error instanceof Error ? error.message : error}\n`,
      )
      process.exitCode = 3
    }
  }
}
