import { z } from 'zod'
import { Goal, LocalText, Slug } from './goals.ts'

/**
 * A lesson on disk:
 *
 *     lessons/<course>/course.yaml                Course
 *     lessons/<course>/<lesson>/lesson.yaml       Lesson
 *     lessons/<course>/<lesson>/{en,ja}.md        the prose
 *     lessons/<course>/<lesson>/starter/          the workspace as the learner first sees it: must fail
 *     lessons/<course>/<lesson>/solution<name>/   an accepted fix, laid over the starter: must pass
 *     lessons/<course>/<lesson>/attempts/<name>/  a cheat or a usual mistake, laid over the starter, with attempt.yaml: must fail exactly so
 */
const FilePath = z
  .string()
  .min(1)
  .max(255)
  .refine(
    (path) => !path.startsWith('/') && !path.split('/').includes('..'),
    'must be a path inside the workspace',
  )

export const Lesson = z
  .strictObject({
    title: LocalText,
    summary: LocalText,
    /** What a learner who can `docker build` and `docker run` needs, about. */
    minutes: z.number().int().min(1).max(180),
    /** The files shown as the editor's tabs, in this order. Each exists in the starter. */
    files: z.array(FilePath).min(1),
    goals: z.array(Goal).min(1),
  })
  .superRefine((lesson, context) => {
    for (const [list, values] of [
      ['files', lesson.files],
      ['goals', lesson.goals.map((goal) => goal.id)],
    ] as const) {
      values.forEach((value, index) => {
        if (values.indexOf(value) !== index) {
          const path = list === 'goals' ? [list, index, 'id'] : [list, index]
          context.addIssue({ code: 'custom', path, message: `"${value}" is here twice` })
        }
      })
    }
  })
export type Lesson = z.infer<typeof Lesson>

export const Course = z.strictObject({
  title: LocalText,
  summary: LocalText,
  /** The lessons' folder names in the order in which they are taken. */
  lessons: z.array(Slug).min(1),
})
export type Course = z.infer<typeof Course>

/** `attempt.yaml`. The attempt fails exactly the goals in `fails`; all others pass (or are skipped where the host cannot show them). */
export const Attempt = z.strictObject({
  fails: z.array(Slug).min(1),
  /** What the learner was thinking, and why it does not work. */
  note: LocalText,
  /** A regular expression that `observed` or an evidence line of a failed goal must match, so that the report names the cheat. */
  evidence: z
    .string()
    .refine((source) => {
      try {
        new RegExp(source)
        return true
      } catch {
        return false
      }
    }, 'must be a regular expression')
    .optional(),
})
export type Attempt = z.infer<typeof Attempt>

/** Does not belong to the workspace although it lies in an attempt's folder. */
export const ATTEMPT_FILE = 'attempt.yaml'

export type { GoalKind, GoalOf, LowPortFix } from './goals.ts'
export { GOAL_KINDS, Goal, LocalText, Slug } from './goals.ts'
