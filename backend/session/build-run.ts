import type { Clock } from '../clock.ts'
import type { ContainerRef, ContainerSpec, Engine } from '../engine/port.ts'
import { asDrydockError, DrydockError } from '../errors.ts'
import type { BuildEvent, ServerMessage } from '../protocol/messages.ts'
import { buildContext, findDockerfile } from '../workspace/context.ts'
import { substituteCanary, type WorkspaceFiles } from '../workspace/files.ts'
import { checkAllowed, lessonRun, parseRunCommand } from '../workspace/run-command.ts'
import type { Workplace } from './workplace.ts'

const BUILD_MS = 5 * 60_000 // the lessons' builds take seconds; one that hangs should say so while the learner is still there
/** What a container prints is shown up to here; the rest is in `docker logs web`. */
const SHOWN_OUTPUT_BYTES = 1024 * 1024
/** An engine whose berth died says so before the berth does. */
const BERTH_END_MS = 1500

/** What `run.sh` asks for. */
export interface RunCommand {
  spec: ContainerSpec
  /** As the learner wrote it, on one line. */
  command: string
}

/**
 * DD_RUN_*, each with file and line: what is not one `docker run` of `web`. On a host of the learner's own any flag is allowed; on a shared
 * engine those of a grading.
 */
export function readRunCommand(files: WorkspaceFiles, shared: boolean): RunCommand {
  const file = files.get('run.sh')
  if (!file || file.kind) throw new DrydockError('DD_RUN_MISSING', { file: 'run.sh', image: 'web' })
  const parsed = parseRunCommand(file.content.toString('utf8'), lessonRun(files))
  if (shared) checkAllowed(parsed)
  return { spec: parsed.spec, command: parsed.argv.join(' ') }
}

export interface BuildRunOptions {
  workplace: Workplace
  files: WorkspaceFiles
  run: RunCommand
  emit(message: ServerMessage): void
  /** The image is there: the container that ran until now goes. */
  replacing(): void
  clock: Clock
  signal: AbortSignal
}

/** The container that runs. `removeAfter`: run.sh says `--rm`. */
export interface RunningContainer extends ContainerRef {
  removeAfter: boolean
}

/** `docker build -t web .` and then run.sh, as the same commands typed in the terminal would do. Undefined: the build gave no image. */
export async function buildAndRun(options: BuildRunOptions): Promise<RunningContainer | undefined> {
  if (!(await buildImage(options))) return undefined
  const { workplace, run, emit, signal } = options
  const { engine } = workplace
  signal.throwIfAborted()
  const name = (workplace.shared ? undefined : run.spec.name) ?? workplace.container
  options.replacing()
  await engine.remove({ id: name })
  if (name !== workplace.container) await engine.remove({ id: workplace.container })
  // An engine that removes the container itself takes the last words of one that ends at once with it.
  const spec = { ...run.spec, image: workplace.image, name, autoRemove: false }
  const container = await engine.create(spec)
  try {
    await engine.start(container)
    signal.throwIfAborted()
  } catch (error) {
    await engine.remove(container).catch(() => {})
    throw error
  }
  const facts = await engine.inspect(container).catch(() => undefined)
  const ports = facts?.ports.map((port) => ({ container: port.container, host: port.host })) ?? []
  emit({ type: 'run.started', container: name, command: run.command, ports })
  return { ...container, removeAfter: run.spec.autoRemove === true }
}

async function buildImage({ workplace, files, emit, clock, signal }: BuildRunOptions): Promise<boolean> {
  const { canary } = workplace
  const substituted = substituteCanary(files, canary)
  const dockerfile = findDockerfile(substituted)
  let done: BuildEvent | undefined
  let began = false
  const onEvent = (event: BuildEvent) => {
    began = true
    if (event.type === 'done') done = event
    else emit({ type: 'build', event })
  }
  try {
    const result = await workplace.engine.build({
      context: buildContext(substituted, dockerfile.path),
      dockerfile: dockerfile.path,
      dockerfileText: dockerfile.text,
      tag: workplace.image,
      secrets: { npm_token: canary },
      buildArgs: { NPM_TOKEN: canary },
      timeoutMs: BUILD_MS,
      onEvent,
      signal,
    })
    if (done) emit({ type: 'build', event: done })
    return result.outcome === 'built'
  } catch (thrown) {
    const error = await interrupted(asDrydockError(thrown), workplace, clock)
    // Before it began there is no build to end: the error itself is the answer.
    if (!began) throw error
    const ms = done?.type === 'done' ? done.ms : 0
    emit({
      type: 'build',
      event: { type: 'done', outcome: 'failed', ms, code: error.code, vars: error.vars },
    })
    return false
  }
}

/** An engine that went away in a build usually went with its berth, and that is what the learner should read. */
async function interrupted(error: DrydockError, workplace: Workplace, clock: Clock): Promise<DrydockError> {
  if (!['DD_ENGINE_GONE', 'DD_ENGINE_ANSWER', 'DD_ENGINE_TIMEOUT', 'DD_INTERNAL'].includes(error.code))
    return error
  const end = await Promise.race([workplace.ended, clock.sleep(BERTH_END_MS).then(() => undefined)])
  return end ? new DrydockError('DD_BUILD_INTERRUPTED', {}, { cause: error }) : error
}

/** Tells what the container prints and how it ended. Resolves then, or when the signal says so. */
export async function followContainer(
  engine: Engine,
  container: RunningContainer,
  emit: (message: ServerMessage) => void,
  signal: AbortSignal,
): Promise<void> {
  const printed = tellOutput(engine, container, emit, signal).catch(() => {})
  try {
    const { exitCode } = await engine.wait(container, signal)
    await printed
    // Removed by hand, it is gone already.
    const facts = await engine.inspect(container).catch(() => undefined)
    if (container.removeAfter) await engine.remove(container).catch(() => {})
    if (!signal.aborted) emit({ type: 'run.exited', exitCode, oomKilled: facts?.oomKilled ?? false })
  } catch {
    // The engine is gone, and the session is told by the berth's own end.
  }
}

async function tellOutput(
  engine: Engine,
  container: ContainerRef,
  emit: (message: ServerMessage) => void,
  signal: AbortSignal,
): Promise<void> {
  let shown = 0
  for await (const { text } of engine.logs(container, { follow: true, signal })) {
    emit({ type: 'run.output', text: text.slice(0, SHOWN_OUTPUT_BYTES - shown) })
    shown += text.length
    if (shown < SHOWN_OUTPUT_BYTES) continue
    const vars = { limit: SHOWN_OUTPUT_BYTES / 1024 }
    emit({ type: 'error', code: new DrydockError('DD_OUTPUT_CUT', vars).code, vars })
    return
  }
}
