import type net from 'node:net'
import { StringDecoder } from 'node:string_decoder'
import { z } from 'zod'
import { DrydockError } from '../errors.ts'
import type { AgentSync, SyncChange } from './port.ts'

// A file of 512 KiB as JSON is at most six times as long.
const MAX_LINE_CHARS = 4 << 20

const Line = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ done: z.number() }),
  z.object({ failed: z.number(), detail: z.string() }),
  z.object({ changed: z.string().max(4096), content: z.string() }),
  z.object({ deleted: z.string().max(4096) }),
  z.object({ skipped: z.string().max(4096), reason: z.enum(['size', 'binary', 'count']) }),
])

/** JSON lines of a watched folder over its connection. A line that is not the protocol's ends the connection. */
export function syncOver(socket: net.Socket): AgentSync {
  const gone = () => new DrydockError('DD_AGENT_GONE', { detail: 'the file connection ended' })
  const waiting = new Map<number, { path: string; resolve: () => void; reject: (error: Error) => void }>()
  const ready = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  ready.promise.catch(() => {})
  let listener: ((change: SyncChange) => void) | undefined
  let early: SyncChange[] = []
  let next = 1
  let pending = ''
  const decoder = new StringDecoder('utf8')
  const report = (change: SyncChange) => (listener ? listener(change) : early.push(change))

  const take = (text: string) => {
    const line = Line.parse(JSON.parse(text))
    if ('ready' in line) ready.resolve()
    else if ('changed' in line) report({ type: 'changed', path: line.changed, content: line.content })
    else if ('deleted' in line) report({ type: 'deleted', path: line.deleted })
    else if ('skipped' in line) report({ type: 'skipped', path: line.skipped, reason: line.reason })
    else {
      const id = 'done' in line ? line.done : line.failed
      const order = waiting.get(id)
      waiting.delete(id)
      if ('done' in line) order?.resolve()
      else order?.reject(new DrydockError('DD_AGENT_REFUSED', { path: order.path, detail: line.detail }))
    }
  }
  socket.on('error', () => {}) // 'close' follows
  socket.on('end', () => socket.destroy())
  socket.on('close', () => {
    ready.reject(gone())
    for (const order of waiting.values()) order.reject(gone())
    waiting.clear()
    ended.resolve()
  })
  socket.on('data', (data: Buffer) => {
    pending += decoder.write(data)
    for (let at = pending.indexOf('\n'); at >= 0; at = pending.indexOf('\n')) {
      const text = pending.slice(0, at)
      pending = pending.slice(at + 1)
      try {
        take(text)
      } catch {
        return socket.destroy()
      }
    }
    if (pending.length > MAX_LINE_CHARS) socket.destroy()
  })
  const order = (body: { op: string; path: string; content?: string; mode?: number }): Promise<void> => {
    const id = next++
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    if (!socket.writable) return Promise.reject(gone())
    waiting.set(id, { path: body.path, resolve, reject })
    socket.write(`${JSON.stringify({ id, ...body })}\n`)
    return promise
  }
  return {
    ready: ready.promise,
    ended: ended.promise,
    onChange(report) {
      listener = report
      for (const change of early) report(change)
      early = []
    },
    write: (path, content, mode) => order({ op: 'write', path, content, mode }),
    delete: (path) => order({ op: 'delete', path }),
    close: () => void socket.destroy(),
  }
}
