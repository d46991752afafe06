import { z } from 'zod'
import { GoalResult, Report } from './report.ts'

/**
 * The JSON half of the WebSocket at `/api/lesson?lesson=<course>/<lesson>&lang=<en|ja>`. One socket, one lesson, one tab.
 * A request carries `id`; its answer is `ok` or `error` with the same id. Everything else from the server is an event.
 */
const id = z.number().int().nonnegative()
const path = z.string().min(1).max(255)
/** Grows by one with every accepted change of a file, whoever made it. */
const revision = z.number().int().nonnegative()
const size = { cols: z.number().int().min(2).max(1000), rows: z.number().int().min(1).max(1000) }

/** `shell`: the learner's user on their Docker host, in the workspace's folder. `container`: a shell in the running `web` container. */
export const TerminalKind = z.enum(['shell', 'container'])
export type TerminalKind = z.infer<typeof TerminalKind>

export const ClientMessage = z.discriminatedUnion('type', [
  /** `base` is the revision that the editor last saw. A newer one on the server: newest wins, the loser is kept and announced. */
  z.object({ id, type: z.literal('file.save'), path, content: z.string(), base: revision }),
  z.object({ id, type: z.literal('file.reset'), path }),
  z.object({ id, type: z.literal('workspace.reset') }),
  /** Build the image `web` and run `run.sh`. */
  z.object({ id, type: z.literal('run') }),
  /** Cancel the build that runs, or stop the container. */
  z.object({ id, type: z.literal('stop') }),
  z.object({ id, type: z.literal('check') }),
  /** `resume` names a terminal of before a reload: its screen is replayed. */
  z.object({
    id,
    type: z.literal('terminal.open'),
    kind: TerminalKind,
    ...size,
    resume: z.string().optional(),
  }),
  z.object({ id, type: z.literal('terminal.close'), terminal: z.number().int() }),
  /** Ask for a new berth after one ended. Files stay. */
  z.object({ id, type: z.literal('berth.renew') }),
  z.object({ id, type: z.literal('ping') }),
])
export type ClientMessage = z.infer<typeof ClientMessage>

export const WorkspaceFile = z.object({ path, content: z.string(), revision, edited: z.boolean() })
export type WorkspaceFile = z.infer<typeof WorkspaceFile>

/**
 * waiting: in the queue for a berth; starting: the berth starts; ready: nothing runs; building; running: `web` runs;
 * checking; ended: the berth is gone (its reason in `code`), `berth.renew` brings another.
 */
export const Phase = z.enum(['waiting', 'starting', 'ready', 'building', 'running', 'checking', 'ended'])
export type Phase = z.infer<typeof Phase>

/** A build as the page draws it. `step` counts from 0; times in milliseconds. */
export const BuildEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started') }),
  z.object({ type: z.literal('step'), step: z.number(), name: z.string(), line: z.number().optional() }),
  z.object({
    type: z.literal('step.done'),
    step: z.number(),
    cached: z.boolean(),
    ms: z.number(),
    error: z.string().optional(),
  }),
  z.object({ type: z.literal('output'), step: z.number(), text: z.string() }),
  z.object({
    type: z.literal('done'),
    outcome: z.enum(['built', 'failed', 'cancelled']),
    ms: z.number(),
    /** For a failed build: the Dockerfile's line, where it is known. */
    line: z.number().optional(),
    code: z.string().optional(),
    vars: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  }),
])
export type BuildEvent = z.infer<typeof BuildEvent>

const vars = z.record(z.string(), z.union([z.string(), z.number()]))

export const ServerMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ok'),
    id,
    revision: revision.optional(),
    terminal: z.number().optional(),
    name: z.string().optional(),
  }),
  /** `code` is a key of the error table (error-table.ts), `vars` fills its text. */
  z.object({ type: z.literal('error'), id: id.optional(), code: z.string(), vars }),
  /** First message after the socket opened, and again after a reconnect. */
  z.object({
    type: z.literal('welcome'),
    files: z.array(WorkspaceFile),
    phase: Phase,
    engine: z.enum(['berth', 'given']),
    lastReport: Report.optional(),
    passed: z.boolean(),
    attempts: z.number(),
    terminals: z.array(z.object({ name: z.string(), kind: TerminalKind })),
  }),
  z.object({
    type: z.literal('phase'),
    phase: Phase,
    code: z.string().optional(),
    vars: vars.optional(),
    position: z.number().optional(),
  }),
  /** A file changed elsewhere: in the terminal or in another tab. `content` null: it was deleted there. `lost` holds what a newer change displaced. */
  z.object({
    type: z.literal('file.changed'),
    path,
    content: z.string().nullable(),
    revision,
    by: z.enum(['terminal', 'tab', 'reset']),
    lost: z.string().optional(),
  }),
  z.object({ type: z.literal('build'), event: BuildEvent }),
  /** What the container of Build & Run printed, and how it ended. */
  z.object({ type: z.literal('run.output'), text: z.string() }),
  z.object({
    type: z.literal('run.started'),
    container: z.string(),
    command: z.string(),
    ports: z.array(z.object({ container: z.number(), host: z.number() })),
  }),
  z.object({ type: z.literal('run.exited'), exitCode: z.number(), oomKilled: z.boolean() }),
  z.object({
    type: z.literal('check.started'),
    goals: z.array(z.object({ id: z.string(), kind: z.string() })),
  }),
  z.object({ type: z.literal('check.stage'), stage: z.enum(['berth', 'build', 'run', 'probe', 'search']) }),
  z.object({ type: z.literal('check.goal'), result: GoalResult }),
  z.object({ type: z.literal('check.done'), report: Report }),
  /** `screen` is a serialized screen to write first; output frames continue at `position`. */
  z.object({
    type: z.literal('terminal.opened'),
    terminal: z.number(),
    name: z.string(),
    kind: TerminalKind,
    position: z.number(),
    screen: z.string(),
  }),
  z.object({ type: z.literal('terminal.exited'), terminal: z.number(), exitCode: z.number().nullable() }),
  z.object({ type: z.literal('pong'), id }),
])
export type ServerMessage = z.infer<typeof ServerMessage>

export { MAX_MESSAGE_BYTES } from './limits.ts'
