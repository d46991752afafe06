import { once } from 'node:events'
import net from 'node:net'
import { DrydockError } from '../errors.ts'
import type { Agent } from './port.ts'
import { WORKSPACE_DIR } from './protocol.ts'
import { shellOver } from './shell.ts'
import { syncOver } from './sync.ts'

/** What a command run by the agent did; each stream cut at 1 MiB by the agent. `exit` 124: the time limit. */
export interface RunOutput {
  exit: number
  stdout: string
  stderr: string
}

const RUN_ANSWER_BYTES = 16 << 20 // two streams of 1 MiB as JSON: up to six bytes for one

/** The agent over its Unix socket (protocol.ts). */
export const agent: Agent = {
  async openShell(agentSocket, options) {
    const socket = await connect(agentSocket)
    socket.write(`${JSON.stringify({ op: 'shell', ...options })}\n`)
    return shellOver(socket)
  },
  async openSync(agentSocket, dir) {
    const socket = await connect(agentSocket)
    socket.write(`${JSON.stringify({ op: 'sync', dir })}\n`)
    return syncOver(socket)
  },
}

/** One command as the learner's user, without a terminal. */
export async function runInBerth(
  agentSocket: string,
  argv: string[],
  options: { cwd?: string; env?: Record<string, string>; timeoutSeconds?: number } = {},
): Promise<RunOutput> {
  const { timeoutSeconds = 30, cwd = WORKSPACE_DIR, env = {} } = options
  const socket = await connect(agentSocket)
  // The agent keeps the time limit; a replaced agent might not.
  socket.setTimeout((timeoutSeconds + 5) * 1000, () => socket.destroy())
  socket.write(`${JSON.stringify({ op: 'run', argv, timeout: timeoutSeconds, cwd, env })}\n`)
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of socket) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > RUN_ANSWER_BYTES) break
  }
  try {
    const answer = JSON.parse(Buffer.concat(chunks).toString('utf8')) as RunOutput
    return { exit: Number(answer.exit), stdout: String(answer.stdout), stderr: String(answer.stderr) }
  } catch (cause) {
    throw new DrydockError('DD_AGENT_GONE', { detail: 'no answer to a command' }, { cause })
  }
}

async function connect(path: string): Promise<net.Socket> {
  const socket = net.connect(path)
  try {
    await once(socket, 'connect')
  } catch (cause) {
    throw new DrydockError('DD_AGENT_GONE', { detail: (cause as Error).message }, { cause })
  }
  return socket
}
