import { z } from 'zod'
import type { BerthLimits } from './port.ts'

/**
 * JSON lines between the launcher and who asks for berths (the web process, a command line), over the launcher's Unix socket. A berth
 * belongs to the connection that opened it and is stopped when that connection ends, however it ended.
 */
const positive = z.number().positive()
const Limits = z
  .object({ memoryBytes: positive, cpus: positive, pids: positive, diskBytes: positive })
  .partial()

export const LauncherRequest = z.discriminatedUnion('op', [
  z.object({ id: z.number(), op: z.literal('open'), limits: Limits.default({}) }),
  z.object({ id: z.number(), op: z.literal('stop'), berth: z.string() }),
  z.object({ id: z.number(), op: z.literal('status') }),
])
export type LauncherRequest = z.infer<typeof LauncherRequest>

export const OpenedBerth = z.object({
  berth: z.string(),
  engineSocket: z.string(),
  agentSocket: z.string(),
  servicesDir: z.string(),
})
export type OpenedBerth = z.infer<typeof OpenedBerth>

export const LauncherStatus = z.object({ open: z.number(), warm: z.number(), capacity: z.number() })
export type LauncherStatus = z.infer<typeof LauncherStatus>

export const LauncherAnswer = z.union([
  z.object({ id: z.number(), opened: OpenedBerth }),
  z.object({ id: z.number(), stopped: z.literal(true) }),
  z.object({ id: z.number(), status: LauncherStatus }),
  z.object({
    id: z.number(),
    error: z.object({ code: z.string(), vars: z.record(z.string(), z.union([z.string(), z.number()])) }),
  }),
  z.object({ ended: z.string(), detail: z.string() }),
])
export type LauncherAnswer = z.infer<typeof LauncherAnswer>

/** What one berth may be asked to have at most, whoever asks: the web process is not trusted with the machine. */
export const MOST: BerthLimits = {
  memoryBytes: 8 * 1024 ** 3,
  cpus: 8,
  pids: 4096,
  diskBytes: 32 * 1024 ** 3,
}

const LINE_CHARS = 64 * 1024

/** Splits a stream of text into lines; a line beyond 64 KiB throws. */
export function lineReader(onLine: (line: string) => void): (text: string) => void {
  let pending = ''
  return (text) => {
    pending += text
    for (let at = pending.indexOf('\n'); at >= 0; at = pending.indexOf('\n')) {
      const line = pending.slice(0, at)
      pending = pending.slice(at + 1)
      onLine(line)
    }
    if (pending.length > LINE_CHARS) throw new RangeError('a line is too long')
  }
}
