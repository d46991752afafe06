import { z } from 'zod'

/** `GET /api/progress`: what this learner has done so far, for the marks on the course list. A lesson never opened is absent. */
export const PROGRESS_PATH = '/api/progress'

export const Progress = z.object({
  lessons: z.array(
    z.object({ lesson: z.string(), passed: z.boolean(), attempts: z.number().int().nonnegative() }),
  ),
})
export type Progress = z.infer<typeof Progress>
