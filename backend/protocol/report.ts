import { z } from 'zod'

/**
 * `passed` and `failed` are verdicts; `skipped` says that this host cannot show it (with the reason in `observed`);
 * `error` is the lab's own fault and never counts against the learner.
 */
export const GoalStatus = z.enum(['passed', 'failed', 'skipped', 'error'])
export type GoalStatus = z.infer<typeof GoalStatus>

/** A place in the workspace: `line` counts from 1. */
export const Where = z.object({ file: z.string(), line: z.number().int().positive() })
export type Where = z.infer<typeof Where>

const GoalWords = z.object({ expected: z.string(), observed: z.string(), hint: z.string().optional() })
export type GoalWords = z.infer<typeof GoalWords>

export const GoalResult = z.object({
  id: z.string(),
  kind: z.string(),
  status: GoalStatus,
  /** What must hold, one sentence. */
  expected: z.string(),
  /** What was seen, one sentence. */
  observed: z.string(),
  /** The raw facts behind `observed`, one a line, as the kernel, the engine or the image's bytes gave them. */
  evidence: z.array(z.string()),
  where: Where.optional(),
  hint: z.string().optional(),
  /** The three texts in every language, for a page that is read in another one later. Not part of what the command line prints. */
  translations: z.object({ en: GoalWords, ja: GoalWords }).optional(),
})
export type GoalResult = z.infer<typeof GoalResult>

export const Report = z.object({
  lesson: z.string(),
  /** True when at least one goal passed and none failed or ended in error. */
  passed: z.boolean(),
  goals: z.array(GoalResult),
  /** Absent when the build gave no image. `layers` are diff ids, base first. */
  image: z.object({ id: z.string(), layers: z.array(z.string()) }).optional(),
  engine: z.object({ version: z.string() }),
  /** Wall time of the whole grading. */
  seconds: z.number(),
})
export type Report = z.infer<typeof Report>

/** The report in its one language, as the command line prints it. */
export function withoutTranslations(report: Report): Report {
  return { ...report, goals: report.goals.map(({ translations: _, ...goal }) => goal) }
}
