import { ERRORS, type ErrorCode } from '../../../backend/protocol/error-table.ts'
import { type Language, say, type TextVars } from '../../../backend/protocol/language.ts'
import { translator } from '../i18n/catalog.ts'

/** What happened and what to do next, in the learner's language. */
export interface Problem {
  code: string
  what: string
  next: string
}

/** The text of a code; of one that this page does not know, the lab's general one with the code in it. */
export function explain(code: string, vars: TextVars, language: Language): Problem {
  if (code === 'closed') {
    const t = translator(language)
    return { code, what: t('connection.closed'), next: t('connection.closed.next') }
  }
  const known = Object.hasOwn(ERRORS, code)
  const entry = ERRORS[known ? (code as ErrorCode) : 'DD_INTERNAL']
  const filled = known ? vars : { detail: code }
  return { code, what: fill(entry.what, language, filled), next: fill(entry.next, language, filled) }
}

/** A missing variable must not hide an error behind another one. */
function fill(text: { en: string; ja: string }, language: Language, vars: TextVars): string {
  try {
    return say(text, language, vars)
  } catch {
    return text[language]
  }
}
