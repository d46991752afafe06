import { z } from 'zod'

/** The JSON that the HTTP half answers. `GET /api/progress`: one entry for each lesson (`<course>/<lesson>`) that was checked or edited. */
export const ProgressAnswer = z.object({
  lessons: z.record(z.string(), z.object({ passed: z.boolean(), attempts: z.number(), edited: z.boolean() })),
})
export type ProgressAnswer = z.infer<typeof ProgressAnswer>

/** `GET /api/health`. `berths` is null with `--engine` and while the launcher is away (`ok` is then false). */
export const HealthAnswer = z.object({
  ok: z.boolean(),
  engine: z.enum(['berth', 'given']),
  berths: z.object({ open: z.number(), warm: z.number(), capacity: z.number() }).nullable(),
  sessions: z.number(),
})
export type HealthAnswer = z.infer<typeof HealthAnswer>

/** Every HTTP answer that is an error. `what` and `next` are in the reader's language. */
export const ErrorAnswer = z.object({ code: z.string(), what: z.string(), next: z.string() })
export type ErrorAnswer = z.infer<typeof ErrorAnswer>
