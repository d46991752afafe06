import type { ServerMessage } from '../../../backend/protocol/messages.ts'
import type { GoalResult, Report } from '../../../backend/protocol/report.ts'

export type Stage = Extract<ServerMessage, { type: 'check.stage' }>['stage']

export interface CheckState {
  running: boolean
  stage?: Stage
  /** By goal id; a goal without one is not checked yet. */
  results: Record<string, GoalResult>
  report?: Report
  /** The files have changed since the report. */
  stale: boolean
  /** This lesson has been passed, now or earlier. */
  passedEver: boolean
}

export const NO_CHECK: CheckState = { running: false, results: {}, stale: false, passedEver: false }

export type CheckEvent =
  | Extract<
      ServerMessage,
      { type: 'check.started' | 'check.stage' | 'check.goal' | 'check.done' | 'welcome' }
    >
  | { type: 'edited' }
  /** The checking ended without a report: cancelled, or the lab's fault. */
  | { type: 'given-up' }

export function checkState(state: CheckState, event: CheckEvent): CheckState {
  switch (event.type) {
    case 'check.started':
      return { ...state, running: true, stage: undefined, results: {}, report: undefined, stale: false }
    case 'check.stage':
      return { ...state, running: true, stage: event.stage }
    case 'check.goal':
      return { ...state, results: { ...state.results, [event.result.id]: event.result } }
    case 'check.done':
      return {
        ...state,
        running: false,
        stage: undefined,
        results: byId(event.report),
        report: event.report,
        passedEver: state.passedEver || event.report.passed,
      }
    case 'welcome': {
      const passedEver = state.passedEver || event.passed
      const running = event.phase === 'checking'
      if (running || !event.lastReport) return { ...state, running, passedEver }
      return {
        ...state,
        running: false,
        stage: undefined,
        results: byId(event.lastReport),
        report: event.lastReport,
        passedEver,
      }
    }
    case 'edited':
      return state.report && !state.stale ? { ...state, stale: true } : state
    case 'given-up':
      return state.running ? { ...state, running: false, stage: undefined } : state
  }
}

const byId = (report: Report) => Object.fromEntries(report.goals.map((goal) => [goal.id, goal]))
