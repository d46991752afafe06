import { join } from 'node:path'
import type { BerthHost } from '../berth/port.ts'
import type { GradeEvent } from '../check/grade.ts'
import { grade } from '../check/grade.ts'
import type { Clock } from '../clock.ts'
import type { Engine } from '../engine/port.ts'
import type { Language } from '../protocol/language.ts'
import type { ServerMessage } from '../protocol/messages.ts'
import type { Report } from '../protocol/report.ts'
import { openRegistry } from '../registry/registry.ts'
import type { WorkspaceFiles } from '../workspace/files.ts'
import type { SessionLesson } from './session.ts'

export interface GradeRequest {
  lesson: SessionLesson
  files: WorkspaceFiles
  language: Language
  signal: AbortSignal
  onEvent(event: GradeEvent): void
}

/** Grades in a place that the learner never touched, and puts it away afterwards. */
export type Grade = (request: GradeRequest) => Promise<Report>

/** Each grading in a fresh berth with a registry of its own, both discarded whole. */
export function gradeInBerths(parts: {
  host: BerthHost
  openEngine(socketPath: string): Engine
  clock: Clock
}): Grade {
  const { host, openEngine, clock } = parts
  return async ({ lesson, files, language, signal, onEvent }) => {
    await using berth = await host.open({ signal })
    await using registry = await openRegistry({ socketPath: join(berth.servicesDir, 'registry.sock'), clock })
    await using engine = openEngine(berth.engineSocket)
    return await grade({
      lesson: lesson.loaded,
      files,
      starter: lesson.starter,
      host: { engine, setCanary: (canary) => registry.setToken(canary) },
      language,
      clock,
      signal,
      onEvent,
    })
  }
}

/** A grading's event as the page is told it; its build is not shown. */
export function checkMessages(event: GradeEvent): ServerMessage[] {
  switch (event.type) {
    case 'started':
      return [{ type: 'check.started', goals: event.goals }]
    case 'stage':
      return [{ type: 'check.stage', stage: event.stage }]
    case 'goal':
      return [{ type: 'check.goal', result: event.result }]
    case 'build':
      return []
  }
}
