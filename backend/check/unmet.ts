import type { Where } from '../protocol/report.ts'
import type { Sentence } from './evaluator.ts'

/** The learner's files do not bring what a goal looks at: the goal fails for this reason. */
export class Unmet extends Error {
  readonly observed: Sentence
  readonly evidence: string[]
  readonly where: Where | undefined

  constructor(observed: Sentence, evidence: string[] = [], where?: Where) {
    super(observed[0].en)
    this.name = 'Unmet'
    this.observed = observed
    this.evidence = evidence
    this.where = where
  }
}
