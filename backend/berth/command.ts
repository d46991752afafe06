import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A program of the host, its words as given, no shell. Fails with what it wrote to stderr. `timeoutMs` then SIGKILL. */
export async function command(program: string, argv: string[], timeoutMs = 20_000): Promise<string> {
  try {
    const { stdout } = await run(program, argv, {
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: 8 << 20,
    })
    return stdout
  } catch (error) {
    const failed = error as Error & { stderr?: string; killed?: boolean }
    const why = failed.killed ? `no end after ${timeoutMs / 1000} s` : failed.stderr?.trim() || failed.message
    throw new Error(`${program} ${argv.join(' ')}: ${why}`, { cause: error })
  }
}
