import { z } from 'zod'

/**
 * What a lesson asks to be proven, as data. Each kind is one entry here and one evaluator in backend/check/goals/<kind>.ts.
 * All of them speak about the container that `run.sh` made from a fresh build of the workspace.
 */
export const LocalText = z.strictObject({ en: z.string().min(1), ja: z.string().min(1) })
export type LocalText = z.infer<typeof LocalText>

/** Lower-case words joined by hyphens: names of lessons, courses, goals and attempts. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens, like "main-process"')

const Port = z.number().int().min(1).max(65535)

const about = {
  /** Unique in its lesson; progress and attempts refer to it. */
  id: Slug,
  title: LocalText,
  /** One or two sentences, shown when the goal failed: where to look, never the solution's text. */
  hint: LocalText,
}

/** The uids of the running processes, from the kernel: real, effective, saved and file system uid, none may be 0. `main` is pid 1 of the container. */
const ProcessIdentity = z.strictObject({
  ...about,
  kind: z.literal('process-identity'),
  processes: z.enum(['main', 'all']).default('main'),
})

/** The main process's uid has a name other than root in the image's own /etc/passwd, and `whoami` as that uid prints it. */
const UserName = z.strictObject({ ...about, kind: z.literal('user-name') })

/** The image's configured user exists in its own /etc/passwd and is not root, or the image's own entrypoint leaves root before the app. */
const ImageUser = z.strictObject({ ...about, kind: z.literal('image-user') })

/** In this sandbox, the app's user without any help gets EACCES from bind(port): the observation that the lesson starts from. */
const BindRefused = z.strictObject({ ...about, kind: z.literal('bind-refused'), port: Port })

/** The app answers HTTP with 200 from outside the container: on the given port, or, without one, on whichever port it listens. */
const HttpAnswers = z.strictObject({ ...about, kind: z.literal('http-answers'), port: Port.optional() })

/** The socket that answers belongs to a process of the app's container, and that process is not root. */
const Listener = z.strictObject({ ...about, kind: z.literal('listener'), port: Port })

/** How a process that is not root comes to answer on a low port. */
export const LowPortFix = z.enum(['publish', 'proxy', 'capability', 'sysctl'])
export type LowPortFix = z.infer<typeof LowPortFix>

/** The service answers on a low port through one of these fixes; the report names which. */
const LowPort = z.strictObject({
  ...about,
  kind: z.literal('low-port'),
  port: Port,
  fixes: z.array(LowPortFix).min(1).default(['publish', 'proxy', 'capability', 'sysctl']),
})

/** The private package was fetched with this build's canary and the image's app resolves to the very bytes that the registry served. */
const SecretUsed = z.strictObject({ ...about, kind: z.literal('secret-used'), package: z.string().min(1) })

/** The canary is in no byte of the image, its history and config, the build's leftovers, in any of the searched encodings. */
const SecretUnrecoverable = z.strictObject({ ...about, kind: z.literal('secret-unrecoverable') })

export const Goal = z.discriminatedUnion('kind', [
  ProcessIdentity,
  UserName,
  ImageUser,
  BindRefused,
  HttpAnswers,
  Listener,
  LowPort,
  SecretUsed,
  SecretUnrecoverable,
])
export type Goal = z.infer<typeof Goal>
export type GoalKind = Goal['kind']
export type GoalOf<K extends GoalKind> = Extract<Goal, { kind: K }>
export const GOAL_KINDS = Goal.options.map((option) => option.shape.kind.value) as GoalKind[]
