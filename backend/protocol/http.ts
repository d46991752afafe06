import { z } from 'zod'

/** Answer of `GET /api/progress`: what this learner has done so far, for the marks on the course list. A lesson never opened is absent. */
export const Progress = z.object({
  lessons: z.array(
    z.object({ lesson: z.string(), passed: z.boolean(), attempts: z.number().int().nonnegative() }),
  ),
})
export type Progress = z.infer<typeof Progress>

/** `GET /api/health`. `berths` is null with `--engine`, and while the launcher is away (`ok` is then false). */
export const HEALTH_PATH = '/api/health'

export const Health = z.object({
  ok: z.boolean(),
  engine: z.enum(['berth', 'given']),
  berths: z.object({ open: z.number(), warm: z.number(), capacity: z.number() }).nullable(),
  sessions: z.number().int().nonnegative(),
})
export type Health = z.infer<typeof Health>


/** Every HTTP answer that is an error. `what` and `next` are in the reader's language. */
export const HttpError = z.object({ code: z.string(), what: z.string(), next: z.string() })
export type HttpError = z.infer<typeof HttpError>
