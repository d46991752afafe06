import dockerignore from '@balena/dockerignore'
import { DrydockError } from '../errors.ts'
import { parentsOf, type WorkspaceFiles } from './files.ts'

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

/** DD_IGNORE_PATTERN for a pattern that Docker refuses. */
export function parseIgnore(text: string, file = '.dockerignore'): Ignored {
  const rules = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .flatMap((line, index) => parseRule(line, file, index + 1))
  return (path) => {
    let ignored = false
    for (const rule of rules) {
      if (rule.matches(path)) ignored = !rule.negated
    }
    return ignored
  }
}

interface Rule {
  negated: boolean
  matches: (path: string) => boolean
}

function parseRule(line: string, file: string, number: number): Rule[] {
  const refused = new DrydockError('DD_IGNORE_PATTERN', { file, line: number, pattern: line.trim() })
  if (line.startsWith('#') || line.trim() === '') return []
  const negated = line.trim().startsWith('!')
  const pattern = negated ? line.trim().slice(1).trim() : line.trim()
  if (pattern === '' || !isWellFormed(pattern)) throw refused
  // Each rule is asked about the path and all its parents: the library itself asks `**x` about too few of them.
  const matcher = dockerignore.default({ ignorecase: false }).add(escapeForLibrary(pattern))
  try {
    matcher.ignores('x') // compiles the pattern
  } catch {
    throw refused
  }
  const matches = (path: string) => [...parentsOf(path), path].some((part) => matcher.ignores(part))
  return [{ negated, matches }]
}

/** The library leaves characters alone that mean something in a regular expression; Docker takes them as they are. */
function escapeForLibrary(pattern: string): string {
  const escaped = pattern.replace(/\\.|[+(){}|]/gs, (match) =>
    match.startsWith('\\') ? match : `\\${match}`,
  )
  return escaped.startsWith('#') || escaped.startsWith('!') ? `\\${escaped}` : escaped
}

/** Go's filepath.Match: brackets are closed and not empty, no escape at the end. */
function isWellFormed(pattern: string): boolean {
  const withoutEscapes = pattern.replace(/\\./gs, 'x')
  if (withoutEscapes.includes('\\')) return false
  const withoutClasses = withoutEscapes.replace(/\[\^?[^\]]+\]/g, 'x')
  return !withoutClasses.includes('[')
}
