import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** A problem in a lesson's data: where in the document (keys and list positions), and one sentence for whoever writes lessons. */
export interface Problem {
  path: (string | number)[]
  message: string
}

/** zod's issues as sentences. An unknown key becomes a problem of its own, at the key. */
export function explain(error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue) => explainIssue(issue))
}

function explainIssue(issue: Issue): Problem[] {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))
  const name = describe(path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `${describe([...path, key])} is not a key of this format`,
      }))
    case 'invalid_type':
      return issue.message.endsWith('received undefined')
        ? [{ path, message: `${name} is missing` }]
        : [{ path, message: `${name} must be ${article(issue.expected)}` }]
    case 'invalid_value':
      return [{ path, message: `${name} must be one of ${issue.values.map(String).join(', ')}` }]
    case 'invalid_union':
      return [{ path, message: `${name} is not a known kind${kinds(issue)}` }]
    case 'too_small':
      return [
        {
          path,
          message:
            issue.origin === 'number' || issue.origin === 'int'
              ? `${name} must be at least ${issue.minimum}`
              : `${name} is empty`,
        },
      ]
    case 'too_big':
      return [
        {
          path,
          message: `${name} must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`,
        },
      ]
    default:
      return [{ path, message: `${name}: ${issue.message}` }]
  }
}

function kinds(issue: Issue): string {
  const options = (issue as { options?: unknown[] }).options
  return Array.isArray(options) ? `; known are ${options.map(String).join(', ')}` : ''
}

/** `goals[2].title.ja`, or `the document` for the top. */
function describe(path: (string | number)[]): string {
  if (path.length === 0) return 'the document'
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`))
    .join('')
}

function article(type: string): string {
  if (type === 'object') return 'a mapping (key: value)'
  if (type === 'array') return 'a list'
  if (type === 'string') return 'a text'
  return type === 'int' ? 'a whole number' : `a ${type}`
}
