import type { GoalKind, GoalOf } from '../../lessons/format/goals.ts'
import type { Text, TextVars } from '../protocol/language.ts'
import type { GoalStatus, Where } from '../protocol/report.ts'
import type { Subject } from './subject.ts'

/** A text with its variables, not yet in anybody's language. */
export type Sentence = [text: Text, vars?: TextVars]

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
