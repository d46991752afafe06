import { IntlMessageFormat } from 'intl-messageformat'

/** The languages of the site and of the lessons. English is the fallback. */
export const LANGUAGES = ['en', 'ja'] as const
export type Language = (typeof LANGUAGES)[number]

/** One text in every language. The templates are ICU MessageFormat (`{name}`, `{n, plural, …}`). */
export type Text = Record<Language, string>
export type TextVars = Record<string, string | number>

const compiled = new Map<string, IntlMessageFormat>()

/** The text in one language with its variables filled in. `<` and `>` are literal: no markup in messages. */
export function say(text: Text, language: Language, vars: TextVars = {}): string {
  const template = text[language]
  const key = `${language}:${template}`
  let format = compiled.get(key)
  if (!format) {
    format = new IntlMessageFormat(template, language, undefined, { ignoreTag: true })
    compiled.set(key, format)
  }
  try {
    return String(format.format(vars))
  } catch {
    // A variable is missing: a text with a gap still tells more than a failure inside the telling of another failure.
    return template
  }
}
