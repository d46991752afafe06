import { ERRORS, type ErrorCode, type ErrorEntry } from './protocol/error-table.ts'
import { type Language, say, type TextVars } from './protocol/language.ts'

/** The one error that crosses rooms: a code of the table, and the variables of its text. */
export class DrydockError extends Error {
  readonly code: ErrorCode
  readonly vars: TextVars

  constructor(code: ErrorCode, vars: TextVars = {}, options?: ErrorOptions) {
    super(`${code}: ${say(ERRORS[code].what, 'en', vars)}`, options)
    this.name = 'DrydockError'
    this.code = code
    this.vars = vars
  }

  get entry(): ErrorEntry {
    return ERRORS[this.code]
  }

  /** For a person: what happened, and what to do. */
  explain(language: Language): string {
    return `${say(this.entry.what, language, this.vars)}\n${say(this.entry.next, language, this.vars)}`
  }
}

/** Any thrown thing as a DrydockError; what is not one is the lab's fault (DD_INTERNAL) and keeps its cause. */
export function asDrydockError(thrown: unknown): DrydockError {
  if (thrown instanceof DrydockError) return thrown
  const detail = thrown instanceof Error ? thrown.message : String(thrown)
  return new DrydockError('DD_INTERNAL', { detail }, { cause: thrown })
}
