import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { BerthHost } from '../backend/berth/port.ts'
import { openFreshHost } from '../backend/check/fresh-host.ts'
import { grade } from '../backend/check/grade.ts'
import { systemClock } from '../backend/clock.ts'
import type { Report } from '../backend/protocol/report.ts'
import type { WorkspaceFiles } from '../backend/workspace/files.ts'
import {
  type LoadedLesson,
  loadAttempts,
  loadLessons,
  loadSolutions,
  loadStarter,
} from '../lessons/format/load.ts'
import { testBerthHost } from './berths.ts'

vi.setConfig({ maxConcurrency: 2 }) // each grading builds and runs in a berth of its own: two cores carry no more

let berths: BerthHost
beforeAll(async () => {
  berths = await testBerthHost()
})
afterAll(() => berths?.[Symbol.asyncDispose]())

/** Every lesson proves itself: its starter fails, each accepted fix passes, each wrong attempt fails exactly the goals it names. */
for (const lesson of await loadLessons()) {
  const starter = await loadStarter(lesson)
  const solutions = await loadSolutions(lesson)
  const attempts = await loadAttempts(lesson)

  describe.concurrent(lesson.id, () => {
    it('the starter fails', async () => {
      const report = await gradeFresh(lesson, starter, starter)
      expect(report.passed, shown(report)).toBe(false)
      expect(withStatus(report, 'error'), shown(report)).toEqual([])
    })

    it.each(solutions)('$name passes', async ({ files }) => {
      const report = await gradeFresh(lesson, files, starter)
      expect(report.passed, shown(report)).toBe(true)
      expect(withStatus(report, 'skipped'), 'a berth can show every goal').toEqual([])
    })

    it.each(attempts)('the attempt $name fails as it should', async ({ attempt, files }) => {
      const report = await gradeFresh(lesson, files, starter)
      expect(withStatus(report, 'error'), shown(report)).toEqual([])
      expect(withStatus(report, 'failed').sort(), shown(report)).toEqual([...attempt.fails].sort())
      if (attempt.evidence) {
        const words = new RegExp(attempt.evidence)
        const lines = report.goals
          .filter(({ status }) => status === 'failed')
          .flatMap((goal) => [goal.observed, ...goal.evidence])
        expect(
          lines.some((line) => words.test(line)),
          `${words} in\n${shown(report)}`,
        ).toBe(true)
      }
    })
  })
}

async function gradeFresh(
  lesson: LoadedLesson,
  files: WorkspaceFiles,
  starter: WorkspaceFiles,
): Promise<Report> {
  await using host = await openFreshHost(berths, { clock: systemClock })
  return await grade({
    lesson,
    files,
    starter,
    host,
    language: 'en',
    clock: systemClock,
    signal: host.signal,
  })
}

function withStatus(report: Report, status: Report['goals'][number]['status']): string[] {
  return report.goals.filter((goal) => goal.status === status).map(({ id }) => id)
}

function shown(report: Report): string {
  return report.goals
    .map((goal) => `${goal.status} ${goal.id}: ${goal.observed}\n    ${goal.evidence.join('\n    ')}`)
    .join('\n')
}
