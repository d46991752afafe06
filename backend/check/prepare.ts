import type { Clock } from '../clock.ts'
import type { ContainerRef, ContainerSpec, Engine, ImageFacts } from '../engine/port.ts'
import { asDrydockError, type DrydockError } from '../errors.ts'
import type { BuildEvent } from '../protocol/messages.ts'
import { buildContext, findDockerfile } from '../workspace/context.ts'
import { substituteCanary, type WorkspaceFiles } from '../workspace/files.ts'
import { DockerfileView } from './dockerfile.ts'
import type { GradingHost } from './host.ts'
import { lookAt } from './probe.ts'
import type { RunFile } from './run-file.ts'
import { containerEnded } from './subject.ts'
import { Unmet } from './unmet.ts'

export const IMAGE_NAME = 'web'
export const SECRET_ID = 'npm_token'
export const SECRET_ARG = 'NPM_TOKEN'

const READY_TIMEOUT_MS = 15_000 // a node server listens within 1 s; a busy machine and a slow entrypoint may take ten times that
const BUILD_TIMEOUT_MS = 5 * 60_000 // the lessons' builds take 5–20 s; installs over a slow network take minutes
const READY_POLL_MS = 300
const OUTPUT_LINES = 15

const BUILD_FAILED = {
  en: 'The build failed{line, select, 0 {} other { at line {line} of the Dockerfile}}: {message}',
  ja: 'ビルドが失敗しました{line, select, 0 {} other { (Dockerfile の {line} 行目)}}: {message}',
}
const BUILD_STOPPED = {
  en: 'The build gave no image. {why}',
  ja: 'ビルドでイメージができませんでした。{why}',
}
const START_REFUSED = {
  en: 'The engine refused to start the container: {detail}',
  ja: 'エンジンがコンテナの起動を拒みました: {detail}',
}

export interface BuildRun {
  host: GradingHost
  files: WorkspaceFiles
  canary: string
  tag: string
  clock: Clock
  signal?: AbortSignal
  onBuild?: (event: BuildEvent) => void
}

/** A token that looks like what it stands for: letters and digits, fresh for every build. */
export function newCanary(clock: Clock): string {
  return `npm_${clock.random(18)}`
}

/**
 * Builds the files afresh with the canary as secret, as build argument and in place of `@@CANARY@@`. What the learner's files are to
 * blame for is an Unmet; what makes the files no workspace at all (DD_DOCKERFILE_MISSING and the like) and the lab's own faults are thrown.
 */
export async function buildImage(run: BuildRun): Promise<ImageFacts | Unmet> {
  const { host, canary, tag, signal } = run
  const files = substituteCanary(run.files, canary)
  const dockerfile = findDockerfile(files)
  const view = new DockerfileView(dockerfile.text, dockerfile.path)
  const result = await host.engine
    .build({
      context: buildContext(files, dockerfile.path),
      dockerfile: dockerfile.path,
      dockerfileText: dockerfile.text,
      tag,
      buildArgs: { [SECRET_ARG]: canary },
      secrets: { [SECRET_ID]: canary },
      noCache: true,
      timeoutMs: BUILD_TIMEOUT_MS,
      signal,
      onEvent: run.onBuild,
    })
    .catch((thrown: unknown) => {
      signal?.throwIfAborted()
      const error = asDrydockError(thrown)
      if (error.code !== 'DD_BUILD_TIMEOUT' && error.code !== 'DD_BUILD_FAILED') throw error
      return new Unmet([BUILD_STOPPED, { why: { en: error.explain('en'), ja: error.explain('ja') } }])
    })
  if (result instanceof Unmet) return result
  signal?.throwIfAborted()
  if (result.outcome === 'cancelled') return new Unmet([BUILD_STOPPED, { why: '' }])
  if (result.outcome === 'failed') {
    const hidden = (text: string) => text.replaceAll(canary, `${canary.slice(0, 8)}…`)
    const message = hidden(result.message).split('\n')[0]!.slice(0, 300)
    const output = hidden(result.output).split('\n').filter(Boolean).slice(-OUTPUT_LINES)
    const where = result.line === undefined ? undefined : view.where(result.line)
    return new Unmet([BUILD_FAILED, { line: result.line ?? 0, message }], output, where)
  }
  return host.engine.imageInspect(result.imageId)
}

/**
 * run.sh's container as it is graded: from exactly this image, staying where it ends, watched by nothing but the probes. Without its name,
 * which on a given engine another container may have.
 */
export function gradedSpec(spec: ContainerSpec, imageId: string): ContainerSpec {
  const image = spec.image === IMAGE_NAME ? imageId : spec.image
  return { ...spec, name: undefined, image, autoRemove: false, restart: 'no', healthcheck: 'none' }
}

/** Starts the container and waits until something in it listens, it ends, or the time is over. */
export async function startContainer(
  engine: Engine,
  spec: ContainerSpec,
  run: RunFile,
  clock: Clock,
  signal?: AbortSignal,
): Promise<{ created?: ContainerRef; running: ContainerRef | Unmet }> {
  let created: ContainerRef | undefined
  try {
    created = await engine.create(spec)
    await engine.start(created)
  } catch (thrown) {
    signal?.throwIfAborted()
    const error = asDrydockError(thrown)
    if (error.code !== 'DD_ENGINE_REFUSED') throw error
    const refused = new Unmet([START_REFUSED, { detail: detailOf(error) }], [], {
      file: run.file,
      line: run.line,
    })
    return created ? { created, running: refused } : { running: refused }
  }
  const until = clock.now() + READY_TIMEOUT_MS
  while (true) {
    const kernel = await lookAt(engine, created, signal)
    if (!kernel) return { created, running: await containerEnded(engine, created) }
    const listens = kernel.listeners.some((listener) => listener.address !== '127.0.0.11')
    if (listens || clock.now() >= until) return { created, running: created }
    await clock.sleep(READY_POLL_MS, signal)
  }
}

function detailOf(error: DrydockError): string {
  return String(error.vars.detail ?? error.message).slice(0, 500)
}
