import type { BuildEvent } from '../../../backend/protocol/messages.ts'

export interface BuildStep {
  step: number
  name: string
  /** The Dockerfile's line, where it is known. */
  line?: number
  /** stopped: the build ended before the step did. */
  state: 'running' | 'done' | 'failed' | 'stopped'
  cached: boolean
  ms?: number
  error?: string
  output: BoundedText
}

export interface BuildLog {
  state: 'none' | 'running' | 'built' | 'failed' | 'cancelled'
  steps: BuildStep[]
  ms?: number
  /** The line of the Dockerfile at which the build failed. */
  failedLine?: number
  code?: string
  vars?: Record<string, string | number>
}

/** The end of a text that may be endless. `cut` counts the lines that are no longer there. */
export interface BoundedText {
  text: string
  cut: number
}

/** A RUN that prints a gigabyte must not fill the page: this many characters of each step stay. */
export const STEP_OUTPUT_CHARS = 64 * 1024

export const NO_BUILD: BuildLog = { state: 'none', steps: [] }
export const NO_TEXT: BoundedText = { text: '', cut: 0 }

export function buildLog(log: BuildLog, event: BuildEvent): BuildLog {
  switch (event.type) {
    case 'started':
      return { state: 'running', steps: [] }
    case 'step':
      return change(log, event.step, (step) => ({ ...step, name: event.name, line: event.line }))
    case 'step.done':
      return change(log, event.step, (step) => ({
        ...step,
        state: event.error === undefined ? 'done' : 'failed',
        cached: event.cached,
        ms: event.ms,
        error: event.error,
      }))
    case 'output':
      return change(log, event.step, (step) => ({
        ...step,
        output: appendText(step.output, event.text, STEP_OUTPUT_CHARS),
      }))
    case 'done': {
      const failed = log.steps.find((step) => step.state === 'failed')
      return {
        ...log,
        steps: log.steps.map((step) => (step.state === 'running' ? { ...step, state: 'stopped' } : step)),
        state: event.outcome,
        ms: event.ms,
        failedLine: event.outcome === 'failed' ? (event.line ?? failed?.line) : undefined,
        code: event.code,
        vars: event.vars,
      }
    }
  }
}

function change(log: BuildLog, number: number, to: (step: BuildStep) => BuildStep): BuildLog {
  const at = log.steps.findIndex((step) => step.step === number)
  if (at >= 0) return { ...log, steps: log.steps.with(at, to(log.steps[at]!)) }
  const fresh: BuildStep = { step: number, name: '', state: 'running', cached: false, output: NO_TEXT }
  return { ...log, steps: [...log.steps, to(fresh)].toSorted((a, b) => a.step - b.step) }
}

/** Adds terminal-like text: colours are dropped, a carriage return rewrites its line, the oldest lines go when it grows too long. */
export function appendText(before: BoundedText, more: string, limit: number): BoundedText {
  let text = before.text + more.replaceAll(ESCAPES, '').replaceAll('\r\n', '\n')
  let cut = before.cut
  if (text.length > limit) {
    const tooMuch = text.length - limit
    const lineEnd = text.indexOf('\n', tooMuch)
    const from = lineEnd < 0 || lineEnd > tooMuch + 4096 ? tooMuch : lineEnd + 1
    for (let i = text.indexOf('\n'); i >= 0 && i < from; i = text.indexOf('\n', i + 1)) cut++
    text = text.slice(from)
  }
  if (text.includes('\r')) text = text.replaceAll(/[^\n]*\r(?=[^\n])/g, '')
  return { text, cut }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences begin with one
const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g

/** `420 ms`, `3.2 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}
