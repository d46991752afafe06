import type { Readable } from 'node:stream'
import type { ContainerSpec } from '../container-spec.ts'
import type { BuildEvent } from '../protocol/messages.ts'
import type { Pty } from '../terminal/pty.ts'

export type { ContainerSpec }

/**
 * A Docker engine in our own words. `docker.ts` is the one implementation; nothing else knows dockerode. Every call ends: it has a
 * time limit and honours its signal. An engine that cannot be reached or hangs up: DD_ENGINE_GONE; a request it refuses: DD_ENGINE_REFUSED
 * with its own message in `detail` and the HTTP `status`; silence: DD_ENGINE_TIMEOUT; an answer that is malformed or too large:
 * DD_ENGINE_ANSWER; an aborted signal: the signal's own reason. Only `wait` and `logs` with `follow` last as long as the container does.
 */
export interface Engine extends AsyncDisposable {
  version(): Promise<EngineVersion>
  /**
   * BuildKit. The result is an outcome, never a throw, when the Dockerfile's build fails or the signal cancels it. Throws what
   * `checkDockerfile` finds, DD_BUILD_TIMEOUT and the engine's own failures. The first event is `started` and the last is `done`, also
   * when it throws once begun (then with the error's code).
   */
  build(request: BuildRequest): Promise<BuildResult>
  /** Creates without starting. Refusals by the engine (bad flag value, unknown image) are DD_ENGINE_REFUSED. */
  create(spec: ContainerSpec): Promise<ContainerRef>
  start(container: ContainerRef): Promise<void>
  /** SIGKILL, then removal with its anonymous volumes. Missing is fine. */
  remove(container: ContainerRef): Promise<void>
  stop(container: ContainerRef, graceSeconds: number): Promise<void>
  inspect(container: ContainerRef): Promise<ContainerFacts>
  /** Resolves when the container has ended. */
  wait(container: ContainerRef, signal?: AbortSignal): Promise<{ exitCode: number }>
  /** stdout and stderr as they come, from the start or the last `tail` lines; `follow` until it ends. */
  logs(
    container: ContainerRef,
    options: { follow: boolean; tail?: number; signal?: AbortSignal },
  ): AsyncIterable<{ stream: 'stdout' | 'stderr'; text: string }>
  /** A process in a running container; its whole output, cut at `maxBytes` (default 1 MiB). */
  exec(
    container: ContainerRef,
    argv: string[],
    options?: { user?: string; maxBytes?: number; signal?: AbortSignal },
  ): Promise<ProcessOutput>
  /**
   * A program on a pty in a running container, as `docker exec -it` starts it. It runs on when its connection is closed: who opens one
   * sees to its end.
   */
  openTerminal(
    container: ContainerRef,
    argv: string[],
    options: { env?: string[]; cols: number; rows: number },
  ): Promise<Pty>
  /** create + start + wait + output + remove. For the lab's own probes. */
  runOnce(
    spec: ContainerSpec,
    options?: { maxBytes?: number; timeoutMs?: number; signal?: AbortSignal },
  ): Promise<ProcessOutput>
  imageInspect(image: string): Promise<ImageFacts>
  history(image: string): Promise<HistoryLine[]>
  /** Every image, those without a name and those that builds left between their steps too. */
  listImages(): Promise<ImageSummary[]>
  /** What the builder keeps of past builds, as `docker system df -v` lists it. */
  buildCache(): Promise<BuildCacheRecord[]>
  /** The image as `docker save` gives it (a docker archive, tar). */
  save(image: string, signal?: AbortSignal): Promise<Readable>
  listContainers(filter?: {
    labels?: Record<string, string>
    names?: string[]
    all?: boolean
  }): Promise<ContainerSummary[]>
  /** An archive of `save`'s kind into the engine. Resolves to the tags (or ids) it brought. */
  load(archive: Readable, signal?: AbortSignal): Promise<string[]>
  /** Files of a container's file system, as a tar stream. */
  copyFrom(container: ContainerRef, path: string): Promise<Readable>
  removeVolume(name: string): Promise<void>
}

export interface EngineVersion {
  version: string
  apiVersion: string
  os: string
  arch: string
  components: Record<string, string>
}

export type ContainerRef = { id: string }

export interface BuildRequest {
  /** The build context as a tar stream, `.dockerignore` already applied. */
  context: Readable
  /** Its path in the context. Default `Dockerfile`. */
  dockerfile?: string
  /** The same file's text: refused by `checkDockerfile` (dockerfile.ts) before anything is sent; steps get their lines from it. */
  dockerfileText: string
  tag: string
  buildArgs?: Record<string, string>
  /** Secret id → value, served over this build's own session and never in the context. */
  secrets?: Record<string, string>
  labels?: Record<string, string>
  target?: string
  noCache?: boolean
  onEvent?: (event: BuildEvent) => void
  /** Aborting stops the RUN step itself. */
  signal?: AbortSignal
  /** From here the build is cancelled and `build` throws DD_BUILD_TIMEOUT. Default 20 minutes. */
  timeoutMs?: number
  /** Output beyond this is counted, not kept, and says so once. Default 4 MiB. */
  maxOutputBytes?: number
}

export type BuildResult =
  | { outcome: 'built'; imageId: string; ms: number }
  | { outcome: 'failed'; message: string; line?: number; output: string; ms: number }
  | { outcome: 'cancelled'; ms: number }

export interface ContainerFacts {
  id: string
  name: string
  imageId: string
  running: boolean
  exitCode: number
  oomKilled: boolean
  /** The main process in the engine's pid namespace; 0 when not running. */
  pid: number
  ip: string
  ports: { container: number; protocol: string; host: number }[]
  /** The engine's own inspect document, for goals that look at more. */
  raw: Record<string, unknown>
}

export interface ContainerSummary {
  id: string
  names: string[]
  image: string
  imageId: string
  running: boolean
  labels: Record<string, string>
}

export interface ImageFacts {
  id: string
  tags: string[]
  digests: string[]
  /** Diff ids, base first. */
  layers: string[]
  user: string
  env: string[]
  entrypoint: string[]
  cmd: string[]
  workingDir: string
  labels: Record<string, string>
  exposedPorts: string[]
  volumes: string[]
  sizeBytes: number
  raw: Record<string, unknown>
}

export interface ImageSummary {
  id: string
  tags: string[]
}

export interface BuildCacheRecord {
  id: string
  /** The step in BuildKit's words, such as `mount / from exec /bin/sh -c npm install`. */
  description: string
  type: string
}

export interface HistoryLine {
  id: string
  created: number
  createdBy: string
  sizeBytes: number
  comment: string
  tags: string[]
}

export interface ProcessOutput {
  /** -1: it was not waited for, because it had printed 64 MiB. */
  exitCode: number
  stdout: string
  stderr: string
  truncated: boolean
}
