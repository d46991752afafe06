import { once } from 'node:events'
import net from 'node:net'
import { DrydockError } from '../errors.ts'
import { ERRORS, type ErrorCode } from '../protocol/error-table.ts'
import type { Berth, BerthEnd, BerthHost } from './port.ts'
import { LauncherAnswer, LauncherStatus, lineReader, type OpenedBerth } from './rpc.ts'

type Waiting = { resolve: (answer: LauncherAnswer) => void; reject: (error: Error) => void }

/** One connection to the launcher and the berths that belong to it. */
class Connection {
  readonly socket: net.Socket
  readonly #waiting = new Map<number, Waiting>()
  readonly #endings = new Map<string, (end: BerthEnd) => void>()
  #next = 1

  constructor(socket: net.Socket) {
    this.socket = socket
    const read = lineReader((line) => this.#take(LauncherAnswer.parse(JSON.parse(line))))
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => {
      try {
        read(text)
      } catch {
        socket.destroy()
      }
    })
    socket.on('error', () => {}) // 'close' follows
    socket.on('close', () => {
      for (const waiting of this.#waiting.values()) waiting.reject(launcherGone('it closed the connection'))
      for (const end of this.#endings.values())
        end({ reason: 'launcher-lost', detail: 'the launcher is gone' })
      this.#waiting.clear()
      this.#endings.clear()
    })
  }

  ask(request: object): Promise<LauncherAnswer> {
    if (this.socket.destroyed) return Promise.reject(launcherGone('the connection is closed'))
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.socket.write(`${JSON.stringify({ id, ...request })}\n`)
    })
  }

  adopt(opened: OpenedBerth): Berth {
    const ended = Promise.withResolvers<BerthEnd>()
    if (this.socket.destroyed) ended.resolve({ reason: 'launcher-lost', detail: 'the launcher is gone' })
    else this.#endings.set(opened.berth, ended.resolve)
    const stop = async () => {
      this.#endings.get(opened.berth)?.({ reason: 'stopped', detail: '' })
      this.#endings.delete(opened.berth)
      // A launcher that is gone has taken its berths with it.
      await this.ask({ op: 'stop', berth: opened.berth }).catch(() => {})
    }
    const { berth: id, engineSocket, agentSocket, servicesDir } = opened
    return {
      id,
      engineSocket,
      agentSocket,
      servicesDir,
      ended: ended.promise,
      stop,
      [Symbol.asyncDispose]: stop,
    }
  }

  #take(answer: LauncherAnswer): void {
    if ('ended' in answer) {
      this.#endings.get(answer.ended)?.({ reason: 'died', detail: answer.detail })
      this.#endings.delete(answer.ended)
      return
    }
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if ('error' in answer) waiting?.reject(fromLauncher(answer.error))
    else waiting?.resolve(answer)
  }
}

/** Berths from the launcher that listens at `socketPath`. A launcher that was restarted is found again at the next call. DD_LAUNCHER_GONE. */
export async function connectBerthHost({ socketPath }: { socketPath: string }): Promise<BerthHost> {
  let current: Promise<Connection> | undefined
  const connection = async (): Promise<Connection> => {
    const known = await current?.catch(() => undefined)
    if (known && !known.socket.destroyed) return known
    current = connect(socketPath)
    return current
  }
  await connection()
  return {
    async open({ limits = {}, signal } = {}) {
      signal?.throwIfAborted()
      const to = await connection()
      const answer = await to.ask({ op: 'open', limits })
      if (!('opened' in answer)) throw launcherGone('an answer of another kind')
      const berth = to.adopt(answer.opened)
      if (signal?.aborted) {
        await berth.stop()
        signal.throwIfAborted()
      }
      return berth
    },
    async status() {
      const answer = await (await connection()).ask({ op: 'status' })
      return LauncherStatus.parse('status' in answer ? answer.status : undefined)
    },
    async [Symbol.asyncDispose]() {
      const known = await current?.catch(() => undefined)
      if (!known || known.socket.destroyed) return
      known.socket.end()
      known.socket.destroySoon()
      await once(known.socket, 'close')
    },
  }
}

async function connect(socketPath: string): Promise<Connection> {
  const socket = net.connect(socketPath)
  try {
    await once(socket, 'connect')
  } catch (cause) {
    throw launcherGone((cause as Error).message, cause)
  }
  return new Connection(socket)
}

function launcherGone(detail: string, cause?: unknown): DrydockError {
  return new DrydockError('DD_LAUNCHER_GONE', { detail }, { cause })
}

function fromLauncher({ code, vars }: { code: string; vars: Record<string, string | number> }): DrydockError {
  return code in ERRORS
    ? new DrydockError(code as ErrorCode, vars)
    : new DrydockError('DD_INTERNAL', { detail: code })
}
