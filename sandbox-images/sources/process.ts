import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** Enough of a tool's last words to see what went wrong. */
const KEPT_LINES = 40

/** Runs a tool to its end; its standard output. Aborting stops its whole process group. */
export async function runTool(
  argv: [string, ...string[]],
  options: {
    cwd?: string
    env?: Record<string, string>
    signal?: AbortSignal
    onLine?: (line: string) => void
  } = {},
): Promise<string> {
  options.signal?.throwIfAborted()
  const child = spawn(argv[0], argv.slice(1), {
    cwd: options.cwd,
    env: { ...process.env, LC_ALL: 'C', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const stop = () => child.pid && process.kill(-child.pid, 'SIGTERM')
  options.signal?.addEventListener('abort', stop, { once: true })
  const lastLines: string[] = []
  createInterface(child.stderr).on('line', (line) => {
    lastLines.push(line)
    if (lastLines.length > KEPT_LINES) lastLines.shift()
    options.onLine?.(line)
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', (error) => reject(new Error(`${argv[0]} cannot be started: ${error.message}`)))
      child.on('close', (code) => {
        if (options.signal?.aborted) reject(options.signal.reason)
        else if (code === 0) resolve()
        else reject(new Error(`${argv[0]} ended with ${code}:\n${lastLines.join('\n')}`))
      })
    })
  } finally {
    options.signal?.removeEventListener('abort', stop)
  }
  return stdout
}
