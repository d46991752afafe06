import { once } from 'node:events'
import type { Pty } from '../terminal/pty.ts'
import * as answers from './answers.ts'
import { Nothing, refId } from './containers.ts'
import type { Connection } from './docker.ts'
import type * as port from './port.ts'

const RESIZE_MS = 2000
/** A new exec's pty is there a moment after its start was answered: 10, 20 … 320 ms. */
const RESIZE_TRIES = 7
/** The process's end is told a moment after its output's. */
const EXIT_TRIES = 50
const EXIT_POLL_MS = 20
/** The engine holds back what may begin this sequence. Its own one begins with Ctrl-P, a shell's way to the line before. */
const DETACH_KEYS = 'ctrl-@,ctrl-_,ctrl-@,ctrl-_'

const doing = 'terminal in container'

/** See Engine.openTerminal. */
export async function openTerminal(
  c: Connection,
  container: port.ContainerRef,
  argv: string[],
  { env = [], cols, rows }: { env?: string[]; cols: number; rows: number },
): Promise<Pty> {
  const attach = { AttachStdin: true, AttachStdout: true, AttachStderr: true }
  const program = { Cmd: argv, Env: env, Tty: true, ...attach, DetachKeys: DETACH_KEYS }
  const { id } = await c.ask(doing, answers.CreatedRef, (api, abortSignal) =>
    api.getContainer(refId(container)).exec({ ...program, abortSignal }),
  )
  const socket = await c.hijack(`/exec/${id}/start`, {
    body: { Detach: false, Tty: true, ConsoleSize: [rows, cols] },
  })
  socket.setNoDelay?.(true) // one over TCP
  const closed = new AbortController()
  let left = false
  const exited = new Promise<void>((resolve) => socket.once('close', () => resolve())).then(() => {
    closed.abort()
    return left ? null : exitCode(c, id)
  })
  socket.on('end', () => socket.destroy())
  let resizing: Promise<void> | undefined
  let latest: { cols: number; rows: number } | undefined
  const held: Uint8Array[] = []
  const resize = async () => {
    while (latest) {
      const size = latest
      latest = undefined
      await setSize(c, id, size, closed.signal)
    }
    resizing = undefined
    for (const bytes of held.splice(0)) socket.write(bytes)
  }
  const pty: Pty = {
    exited,
    onOutput: (listener) => void socket.on('data', listener),
    write(bytes) {
      // What is typed after a resize meets a program that knows its new size.
      if (!resizing) return socket.write(bytes)
      held.push(bytes)
      return false
    },
    async drained() {
      await resizing
      if (!socket.writableNeedDrain || socket.destroyed) return
      await once(socket, 'drain', { signal: closed.signal }).catch(() => {})
    },
    resize(cols, rows) {
      latest = { cols, rows }
      resizing ??= resize()
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    async close() {
      left = true
      socket.destroy()
      await exited
    },
  }
  pty.resize(cols, rows)
  return pty
}

/** A size that cannot be set is no reason to end a terminal. */
async function setSize(
  c: Connection,
  id: string,
  { cols, rows }: { cols: number; rows: number },
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; attempt < RESIZE_TRIES && !signal.aborted; attempt++) {
    try {
      await c.ask(
        doing,
        Nothing,
        (api, abortSignal) => api.getExec(id).resize({ w: cols, h: rows, abortSignal } as never),
        { ms: RESIZE_MS, signal },
      )
      return
    } catch {
      await c.clock.sleep(10 * 2 ** attempt, signal).catch(() => {})
    }
  }
}

/** Null when it was not to be had: the program runs on, or the engine is gone. */
async function exitCode(c: Connection, id: string): Promise<number | null> {
  try {
    for (let attempt = 0; attempt < EXIT_TRIES; attempt++) {
      const { Running, ExitCode } = await c.ask(doing, answers.ExecAnswer, (api, abortSignal) =>
        api.getExec(id).inspect({ abortSignal }),
      )
      if (!Running && ExitCode !== null) return ExitCode
      await c.clock.sleep(EXIT_POLL_MS)
    }
  } catch {}
  return null
}
