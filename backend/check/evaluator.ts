import type { GoalKind, GoalOf } from '../../lessons/format/goals.ts'
import { type Language, say, type Text, type TextVars } from '../protocol/language.ts'
import type { GoalStatus, Where } from '../protocol/report.ts'
import type { Subject } from './subject.ts'

/** A text with its variables, not yet in anybody's language. A variable may itself be a text, or a list of texts. */
export type Sentence = [text: Text, vars?: Record<string, TextVars[string] | Text | Text[]>]

/** What an evaluator found out about one goal. */
export interface Verdict {
  status: Exclude<GoalStatus, 'error'>
  observed: Sentence
  /** Raw facts, one a line. */
  evidence: string[]
  where?: Where
}

/**
 * Decides one kind of goal. It throws `Unmet` (subject.ts) for what the learner's files lack, which fails the goal, and
 * anything else for what the lab could not do, which makes the goal an `error`.
 */
export interface Evaluator<K extends GoalKind> {
  /** What must hold. */
  expected(goal: GoalOf<K>): Sentence
  evaluate(goal: GoalOf<K>, subject: Subject): Promise<Verdict>
}

/** A sentence in one language. */
export function spoken([text, vars = {}]: Sentence, language: Language): string {
  const list = new Intl.ListFormat(language, { type: 'disjunction' })
  const filled = Object.entries(vars).map(([name, value]) => {
    if (Array.isArray(value)) return [name, list.format(value.map((item) => item[language]))]
    return [name, typeof value === 'object' ? value[language] : value]
  })
  return say(text, language, Object.fromEntries(filled))
}
