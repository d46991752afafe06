import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { agent } from '../../backend/agent/client.ts'
import { WORKSPACE_DIR } from '../../backend/agent/protocol.ts'
import type { BenchLab } from './lab.ts'

const SCRIPT = join(import.meta.dirname, 'typist.py')
const ORDER_MS = 60_000
const END_MS = 3000

/** One of the two ways to a program in the container, typed at and timed by typist.py. `keys` and `bulk` give seconds. */
export interface Typist extends AsyncDisposable {
  keys(count: number, pauseSeconds: number): Promise<number[]>
  bulk(bytes: number): Promise<number>
}

/** `docker exec -it` in the berth: nothing of Drydock is in what is measured. */
export async function typistByExec({ agentSocket }: BenchLab, program: string): Promise<Typist> {
  const shell = await agent.openShell(agentSocket, {
    terminal: randomUUID(),
    argv: ['python3', '-c', await readFile(SCRIPT, 'utf8'), 'exec', 'web', program],
    cwd: WORKSPACE_DIR,
    env: {},
    cols: 80,
    rows: 24,
  })
  return typist({
    listen: (listener) => shell.onOutput((chunk) => listener(Buffer.from(chunk).toString())),
    write: (text) => void shell.write(Buffer.from(text)),
    close: () => shell.close(),
  })
}

/** The page's WebSocket, from this machine, as a browser on it. */
export async function typistByPage({ url, cookie, lesson }: BenchLab, program: string): Promise<Typist> {
  const { host } = new URL(url)
  const child = spawn('python3', [SCRIPT, 'page', host, cookie, lesson, program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return typist({
    listen: (listener) => void child.stdout.on('data', (chunk: Buffer) => listener(chunk.toString())),
    write: (text) => void child.stdin.write(text),
    close: async () => {
      if (child.exitCode !== null) return
      const ended = once(child, 'exit')
      child.stdin.end()
      const late = setTimeout(() => child.kill(), END_MS)
      await ended
      clearTimeout(late)
    },
  })
}

interface Channel {
  listen(listener: (text: string) => void): void
  write(text: string): void
  close(): Promise<void>
}

async function typist(channel: Channel): Promise<Typist> {
  let text = ''
  let answered = Promise.withResolvers<unknown>()
  channel.listen((chunk) => {
    const lines = (text + chunk).split(/\r?\n/)
    text = lines.pop()!
    for (const line of lines.filter(Boolean)) {
      try {
        answered.resolve(JSON.parse(line))
      } catch {
        answered.reject(new Error(`the typist said: ${line}`))
      }
    }
  })
  const answer = async (): Promise<unknown> => {
    const late = setTimeout(() => answered.reject(new Error(`the typist is silent: ${text}`)), ORDER_MS)
    try {
      return await answered.promise
    } finally {
      clearTimeout(late)
      answered = Promise.withResolvers()
    }
  }
  const ask = (order: string) => {
    channel.write(`${order}\n`)
    return answer()
  }
  try {
    await answer()
  } catch (error) {
    await channel.close()
    throw error
  }
  return {
    keys: async (count, pause) => (await ask(`keys ${count} ${pause}`)) as number[],
    bulk: async (bytes) => (await ask(`bulk ${bytes}`)) as number,
    [Symbol.asyncDispose]: () => channel.close(),
  }
}
