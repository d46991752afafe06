import { DrydockError } from '../errors.ts'
import type { WorkspaceFiles } from './files.ts'
import { compilePattern, type IgnorePattern } from './ignore-pattern.ts'

/** Whether a path is left out of the build context. */
export type Ignored = (path: string) => boolean

/** The rules that hold for this Dockerfile: `<Dockerfile>.dockerignore` before `.dockerignore`, as BuildKit has it. */
export function ignoreRulesOf(files: WorkspaceFiles, dockerfile: string): Ignored {
  for (const path of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const file = files.get(path)
    if (file && !file.kind) return parseIgnore(file.content.toString('utf8'), path)
  }
  return () => false
}

/**
 * Far beyond any list in use, and still under a second for a whole workspace: files that a learner writes are matched in the process
 * that serves all learners.
 */
const MOST_WILDCARDS = 200

/** DD_IGNORE_PATTERN for a pattern that Docker refuses, DD_IGNORE_WILDCARDS for more than can be matched in time. */
export function parseIgnore(text: string, file = '.dockerignore'): Ignored {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  const rules = lines.flatMap((line, index) => parseRule(line, file, index + 1))
  const wildcards = rules.reduce((sum, rule) => sum + rule.pattern.wildcards, 0)
  if (wildcards > MOST_WILDCARDS)
    throw new DrydockError('DD_IGNORE_WILDCARDS', { file, limit: MOST_WILDCARDS })
  const known = new Map<string, boolean>()
  return (path) => {
    const before = known.get(path)
    if (before !== undefined) return before
    const last = rules.findLast((rule) => rule.pattern.matches(path))
    const ignored = last !== undefined && !last.negated
    known.set(path, ignored)
    return ignored
  }
}

interface Rule {
  negated: boolean
  pattern: IgnorePattern
}

function parseRule(line: string, file: string, number: number): Rule[] {
  if (line.startsWith('#') || line.trim() === '') return []
  const negated = line.trim().startsWith('!')
  const text = negated ? line.trim().slice(1).trim() : line.trim()
  const pattern = text === '' ? undefined : compilePattern(text)
  if (pattern) return [{ negated, pattern }]
  throw new DrydockError('DD_IGNORE_PATTERN', { file, line: number, pattern: line.trim().slice(0, 80) })
}
