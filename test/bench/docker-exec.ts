import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { agent } from '../../backend/agent/client.ts'
import { WORKSPACE_DIR } from '../../backend/agent/protocol.ts'

const ORDER_MS = 60_000

/** `docker exec -it` inside a berth, driven and timed there by docker-exec.py: nothing of Drydock is in what it measures. */
export interface DockerExec extends AsyncDisposable {
  /** Seconds from each key to its echo. */
  keys(count: number, pauseSeconds: number): Promise<number[]>
  /** Seconds for so many bytes after a newline. */
  bulk(bytes: number): Promise<number>
}

export async function openDockerExec(
  agentSocket: string,
  container: string,
  program: string[],
): Promise<DockerExec> {
  const driver = await readFile(join(import.meta.dirname, 'docker-exec.py'), 'utf8')
  const shell = await agent.openShell(agentSocket, {
    terminal: randomUUID(),
    argv: ['python3', '-c', driver, container, ...program],
    cwd: WORKSPACE_DIR,
    env: {},
    cols: 80,
    rows: 24,
  })
  let text = ''
  let answered = Promise.withResolvers<unknown>()
  shell.onOutput((chunk) => {
    const lines = (text + Buffer.from(chunk).toString()).split(/\r?\n/)
    text = lines.pop()!
    for (const line of lines.filter(Boolean)) {
      try {
        answered.resolve(JSON.parse(line))
      } catch {
        answered.reject(new Error(`the driver of docker exec said: ${line}`))
      }
    }
  })
  const answer = async (): Promise<unknown> => {
    const late = setTimeout(() => answered.reject(new Error(`docker exec: no answer: ${text}`)), ORDER_MS)
    try {
      return await answered.promise
    } finally {
      clearTimeout(late)
      answered = Promise.withResolvers()
    }
  }
  const ask = (order: string) => {
    shell.write(Buffer.from(`${order}\n`))
    return answer()
  }
  await answer()
  return {
    keys: async (count, pause) => (await ask(`keys ${count} ${pause}`)) as number[],
    bulk: async (bytes) => (await ask(`bulk ${bytes}`)) as number,
    [Symbol.asyncDispose]: () => shell.close(),
  }
}
