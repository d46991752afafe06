import { asDrydockError, DrydockError } from '../errors.ts'
import type { BuildEvent } from '../protocol/messages.ts'
import { BuiltImage } from './answers.ts'
import { deadline } from './deadline.ts'
import type { Connection } from './docker.ts'
import { checkDockerfile, type DockerfileFault, lineFinder, lineInMessage } from './dockerfile.ts'
import { jsonLines } from './json-lines.ts'
import type { BuildRequest, BuildResult } from './port.ts'
import { openSession } from './session.ts'
import { Steps } from './steps.ts'
import { decodeTrace } from './trace.ts'
import { printable } from './wire.ts'

const DEFAULT_MAX_OUTPUT_BYTES = 4 * 1024 * 1024

/** One build in one session; see Engine.build. */
export async function runBuild(c: Connection, request: BuildRequest): Promise<BuildResult> {
  refuse(request)
  const emit = request.onEvent ?? (() => {})
  const began = c.clock.now()
  const timeoutMs = request.timeoutMs ?? c.limits.buildMs
  using limit = deadline(c.clock, timeoutMs, 'build', request.signal)
  emit({ type: 'started' })
  try {
    const result = await follow(c, request, emit, limit.signal)
    const ms = c.clock.now() - began
    emit(result.outcome === 'built' ? { type: 'done', outcome: 'built', ms } : doneFailed(result, ms))
    return { ...result, ms }
  } catch (error) {
    const ms = c.clock.now() - began
    if (request.signal?.aborted) {
      emit({ type: 'done', outcome: 'cancelled', ms })
      return { outcome: 'cancelled', ms }
    }
    const fault = limit.signal.aborted
      ? new DrydockError('DD_BUILD_TIMEOUT', { seconds: Math.ceil(timeoutMs / 1000) })
      : asDrydockError(error)
    emit({ type: 'done', outcome: 'failed', ms, code: fault.code, vars: fault.vars })
    throw fault
  } finally {
    request.context.destroy()
  }
}

/** A frontend is foreign code that runs with a build's rights; it can also be asked for by build argument. */
function refuse(request: BuildRequest): void {
  const asked = request.buildArgs?.BUILDKIT_SYNTAX
  const fault: DockerfileFault | undefined = asked
    ? { code: 'DD_BUILD_FRONTEND', vars: { frontend: asked } }
    : checkDockerfile(request.dockerfileText)
  if (!fault) return
  request.context.destroy()
  throw new DrydockError(
    fault.code,
    fault.line === undefined ? fault.vars : { ...fault.vars, line: fault.line },
  )
}

type Failed = Omit<Extract<BuildResult, { outcome: 'failed' }>, 'ms'>
type Outcome = Failed | { outcome: 'built'; imageId: string }

function doneFailed({ line, message }: Failed, ms: number): BuildEvent {
  const place = line === undefined ? {} : { line }
  return { type: 'done', outcome: 'failed', ms, code: 'DD_BUILD_FAILED', vars: { message }, ...place }
}

async function follow(
  c: Connection,
  request: BuildRequest,
  emit: (event: BuildEvent) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  await using session = await openSession(c, request.secrets ?? {}, signal)
  // The number: dockerode takes the text "2" for its own session.
  const query = { version: 2, session: session.id, ...buildQuery(c, request) }
  const source = await c.stream(
    'build',
    (api, _wire, abortSignal) => api.buildImage(request.context, { ...query, abortSignal } as object),
    { signal, ms: Infinity, maxBytes: c.limits.buildBytes },
  )
  const steps = new Steps(
    emit,
    lineFinder(request.dockerfileText),
    request.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES,
  )
  let imageId: string | undefined
  for await (const line of jsonLines(source, c.limits.lineBytes, 'build')) {
    const error = line.errorDetail?.message ?? line.error
    if (error !== undefined) return failed(steps, error)
    if (line.id === 'moby.buildkit.trace') steps.add(decodeTrace(line.aux))
    else if (line.id === 'moby.image.id') imageId = BuiltImage.safeParse(line.aux).data?.ID
  }
  if (imageId === undefined)
    throw new DrydockError('DD_ENGINE_ANSWER', { detail: 'the build ended without an image' })
  return { outcome: 'built', imageId }
}

function buildQuery(c: Connection, request: BuildRequest): Record<string, unknown> {
  return {
    t: request.tag,
    dockerfile: request.dockerfile,
    buildargs: request.buildArgs,
    labels: { ...request.labels, ...c.labels },
    target: request.target,
    nocache: request.noCache ? 1 : undefined,
    rm: 1,
  }
}

/** BuildKit of Docker 20.10 tells the layers of its own machinery first. */
const PREFIX = /^(?:failed to (?:solve(?: with frontend [\w.]+)?|create LLB definition|build LLB): )+/

function failed(steps: Steps, error: string): Failed {
  const message = printable(error).replace(PREFIX, '')
  const line = steps.failure?.line ?? lineInMessage(error)
  return { outcome: 'failed', message, output: steps.output, ...(line !== undefined && { line }) }
}
