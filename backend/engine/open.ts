import type { Readable } from 'node:stream'
import { type Clock, systemClock } from '../clock.ts'
import { runBuild } from './buildkit.ts'
import * as containers from './containers.ts'
import { Connection } from './docker.ts'
import * as images from './images.ts'
import { ownLabels } from './labels.ts'
import { ENGINE_LIMITS, type EngineLimits } from './limits.ts'
import type * as port from './port.ts'
import * as processes from './processes.ts'
import { type Reaped, reap } from './reap.ts'
import { type EngineTarget, parseTarget } from './target.ts'
import { openTerminal } from './terminal.ts'

export interface EngineOptions {
  /** Whose things these are: the label `dev.drydock.owner`. Default: a random id of this engine object. */
  owner?: string
  /** Further labels on everything created. */
  labels?: Record<string, string>
  clock?: Clock
  limits?: Partial<EngineLimits>
  /** A folder with ca.pem, cert.pem and key.pem, as DOCKER_CERT_PATH. */
  certPath?: string
}

/** Connects when first used. An address that is none is DD_ENGINE_URL at once. */
export function openEngine(target: EngineTarget, options: EngineOptions = {}): DockerEngine {
  return new DockerEngine(target, options)
}

export class DockerEngine implements port.Engine {
  readonly owner: string
  readonly #connection: Connection

  constructor(target: EngineTarget, options: EngineOptions) {
    const clock = options.clock ?? systemClock
    this.owner = options.owner ?? clock.random(8)
    const limits = { ...ENGINE_LIMITS, ...options.limits }
    const labels = ownLabels(this.owner, options.labels)
    this.#connection = new Connection(parseTarget(target, options.certPath), clock, limits, labels)
  }

  /** Ends every request that still runs. What was created on the engine stays: see `reap`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close()
  }

  version(): Promise<port.EngineVersion> {
    return this.#connection.version()
  }
  build(request: port.BuildRequest): Promise<port.BuildResult> {
    return runBuild(this.#connection, request)
  }
  create(spec: port.ContainerSpec): Promise<port.ContainerRef> {
    return containers.create(this.#connection, spec)
  }
  start(container: port.ContainerRef): Promise<void> {
    return containers.start(this.#connection, container)
  }
  remove(container: port.ContainerRef): Promise<void> {
    return containers.remove(this.#connection, container)
  }
  stop(container: port.ContainerRef, graceSeconds: number): Promise<void> {
    return containers.stop(this.#connection, container, graceSeconds)
  }
  inspect(container: port.ContainerRef): Promise<port.ContainerFacts> {
    return containers.inspect(this.#connection, container)
  }
  wait(container: port.ContainerRef, signal?: AbortSignal): Promise<{ exitCode: number }> {
    return containers.wait(this.#connection, container, { signal })
  }
  logs(container: port.ContainerRef, options: { follow: boolean; tail?: number; signal?: AbortSignal }) {
    return processes.logs(this.#connection, container, options)
  }
  exec(container: port.ContainerRef, argv: string[], options?: Parameters<port.Engine['exec']>[2]) {
    return processes.exec(this.#connection, container, argv, options)
  }
  openTerminal(
    container: port.ContainerRef,
    argv: string[],
    options: Parameters<port.Engine['openTerminal']>[2],
  ) {
    return openTerminal(this.#connection, container, argv, options)
  }
  runOnce(spec: port.ContainerSpec, options?: Parameters<port.Engine['runOnce']>[1]) {
    return processes.runOnce(this.#connection, spec, options)
  }
  imageInspect(image: string): Promise<port.ImageFacts> {
    return images.inspect(this.#connection, image)
  }
  history(image: string): Promise<port.HistoryLine[]> {
    return images.history(this.#connection, image)
  }
  listImages(): Promise<port.ImageSummary[]> {
    return images.list(this.#connection)
  }
  buildCache(): Promise<port.BuildCacheRecord[]> {
    return images.buildCache(this.#connection)
  }
  save(image: string, signal?: AbortSignal): Promise<Readable> {
    return images.save(this.#connection, image, signal)
  }
  load(archive: Readable, signal?: AbortSignal): Promise<string[]> {
    return images.load(this.#connection, archive, signal)
  }
  listContainers(filter?: Parameters<port.Engine['listContainers']>[0]): Promise<port.ContainerSummary[]> {
    return containers.list(this.#connection, filter)
  }
  copyFrom(container: port.ContainerRef, path: string): Promise<Readable> {
    return containers.copyFrom(this.#connection, container, path)
  }
  removeVolume(name: string): Promise<void> {
    return containers.removeVolume(this.#connection, name)
  }
  /** Removes what carries this owner's label, or with `everyOwner` what any Drydock made; nothing else on the engine is touched. */
  reap(options: { everyOwner?: boolean } = {}): Promise<Reaped> {
    return reap(this.#connection, options.everyOwner ? undefined : this.owner)
  }
}
