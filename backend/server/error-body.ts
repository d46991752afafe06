import type { IncomingMessage } from 'node:http'
import type { DrydockError } from '../errors.ts'
import type { HttpError } from '../protocol/http.ts'
import { LANGUAGES, type Language, say } from '../protocol/language.ts'

export function errorBody(error: DrydockError, language: Language): HttpError {
  return {
    code: error.code,
    what: say(error.entry.what, language, error.vars),
    next: say(error.entry.next, language, error.vars),
  }
}

/** The reader's first language that we have, by `Accept-Language`; good enough without its weights, which browsers send in order. */
export function languageOf(request: IncomingMessage): Language {
  const wanted = request.headers['accept-language']
    ?.split(',')
    .map((part) => part.trim().slice(0, 2).toLowerCase())
  return wanted?.map((code) => LANGUAGES.find((known) => known === code)).find(Boolean) ?? 'en'
}
