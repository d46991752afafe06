import { LANGUAGES, type Language } from '../../../backend/protocol/language.ts'

export { LANGUAGES, type Language } from '../../../backend/protocol/language.ts'

export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', ja: '日本語' }

/** The same page in another language: only the first part of a path names the language. */
export function inLanguage(path: string, language: Language): string {
  const [, first = '', ...rest] = path.split('/')
  const known = (LANGUAGES as readonly string[]).includes(first)
  return `/${[language, ...(known ? rest : [first, ...rest])].join('/')}`.replace(/\/+$/, '/')
}

export const lessonPath = (language: Language, lesson: string) => `/${language}/lessons/${lesson}/`
