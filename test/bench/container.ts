import type { BenchLab } from './lab.ts'

/** Has the lesson’s container running in the learner’s berth, as Build & Run starts it. */
export async function inContainer({ page }: BenchLab): Promise<void> {
  const running = page.next('phase', ({ phase }) => phase === 'running')
  running.catch(() => {})
  await page.ask({ type: 'run' })
  await running
}
