import type { AgentSync } from '../agent/port.ts'
import type { Clock } from '../clock.ts'
import { asDrydockError, type DrydockError } from '../errors.ts'
import type { BerthSync } from './berth-sync.ts'

const RETRY_MS = 1000
const MAX_RETRIES = 5 // whoever ends the agent in their own berth for good is told so, once

/** Resolves when the folder is filled for the first time; goes on after the connection was lost, until the signal says so. */
export async function keepInSync(
  sync: BerthSync,
  open: () => Promise<AgentSync>,
  problem: (error: DrydockError) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const first = await open()
  await sync.attach(first)
  void again(first)

  async function again(lost: AgentSync): Promise<void> {
    await lost.ended
    let failure: unknown
    for (let attempt = 0; attempt < MAX_RETRIES; attempt++) {
      await clock.sleep(RETRY_MS, signal).catch(() => {})
      if (signal.aborted) return
      try {
        const next = await open()
        await sync.attach(next)
        return again(next)
      } catch (error) {
        failure = error
      }
    }
    problem(asDrydockError(failure))
  }
}
