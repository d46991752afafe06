import type { Clock } from '../clock.ts'
import type { ContainerFacts, ContainerRef, Engine, ImageFacts } from '../engine/port.ts'
import type { RegistryLog } from '../registry/registry.ts'
import type { WorkspaceFiles } from '../workspace/files.ts'
import type { DockerfileView } from './dockerfile.ts'
import { readContainerFile } from './image-file.ts'
import { isRoot, type KernelFacts } from './kernel.ts'
import { type Account, readPasswd } from './passwd.ts'
import { type HttpAnswer, httpGet, lookAt } from './probe.ts'
import type { RunFile } from './run-file.ts'
import { Unmet } from './unmet.ts'

/** What one grading brought about, before the goals look at it. */
export interface Preparation {
  engine: Engine
  clock: Clock
  signal?: AbortSignal
  /** As they were built: `@@CANARY@@` is replaced. */
  files: WorkspaceFiles
  /** As the learner has them. */
  written: WorkspaceFiles
  /** The starter's, where the lesson has one: a server.js that was left as it is can be recognised. */
  starter?: WorkspaceFiles
  dockerfile: DockerfileView
  /** The container as run.sh asks for it. */
  run: RunFile
  canary: string
  registry?: RegistryLog
  /** Ids of the images that the engine had before the build. */
  imagesBefore: readonly string[]
  /** The image, or why there is none. */
  image: ImageFacts | Unmet
  /** The running container, or why there is none. */
  container: ContainerRef | Unmet
  /** The second container that stands in front of it, where the workspace has one. */
  proxy?: ContainerRef | Unmet
}

const LOOKS_AT_MOST = 4
const LOOK_AGAIN_MS = 400 // a server that gives up root does so within its first moments

/** One build and one container under examination. Every fact is fetched once and shared by the goals. */
export class Subject {
  readonly given: Preparation
  #kernel: Promise<KernelFacts> | undefined
  #facts: Promise<ContainerFacts> | undefined
  #accounts: Promise<Account[]> | undefined
  /** A path that nobody could know beforehand: an answer that repeats it comes from a server that read the request. */
  readonly nonce: string

  constructor(given: Preparation) {
    this.given = given
    this.nonce = given.clock.random(8)
  }

  get engine(): Engine {
    return this.given.engine
  }

  get image(): ImageFacts {
    if (this.given.image instanceof Unmet) throw this.given.image
    return this.given.image
  }

  get container(): ContainerRef {
    if (this.given.image instanceof Unmet) throw this.given.image
    if (this.given.container instanceof Unmet) throw this.given.container
    return this.given.container
  }

  /** The container in front of the app. Undefined: the workspace has none. Unmet when it did not stay up. */
  get proxy(): ContainerRef | undefined {
    if (this.given.proxy instanceof Unmet) throw this.given.proxy
    return this.given.proxy
  }

  facts(): Promise<ContainerFacts> {
    this.#facts ??= this.engine.inspect(this.container)
    return this.#facts
  }

  /** Processes, sockets and mounts of the running container. Unmet when it has ended. */
  kernel(): Promise<KernelFacts> {
    this.#kernel ??= this.#look()
    return this.#kernel
  }

  /** The next `kernel` looks again. */
  forget(): void {
    this.#kernel = undefined
  }

  async #look(): Promise<KernelFacts> {
    const { clock, signal } = this.given
    for (let looks = 1; ; looks++) {
      const facts = await lookAt(this.engine, this.container, signal)
      if (!facts) throw await this.ended()
      // A start that is about to give up root is waited for, so that two gradings of the same files see the same.
      if (looks === LOOKS_AT_MOST || !facts.processes.some(isRoot)) return facts
      await clock.sleep(LOOK_AGAIN_MS, signal)
    }
  }

  /** Why the container is not there any more. */
  async ended(): Promise<Unmet> {
    return containerEnded(this.engine, this.container)
  }

  /** The image's own /etc/passwd, read from its bytes through a container that is never started. */
  accounts(): Promise<Account[]> {
    this.#accounts ??= readAccounts(this.engine, this.image.id)
    return this.#accounts
  }

  /** GET of the nonce's path: from another container on the container's network, or with `published` from the Docker host. */
  async ask(ports: number[], from: 'network' | 'published'): Promise<HttpAnswer[]> {
    const path = `/${this.nonce}`
    if (ports.length === 0) return []
    if (from === 'published') {
      return httpGet(
        this.engine,
        'host',
        ports.map((port) => ({ host: '127.0.0.1', port, path })),
        this.given.signal,
      )
    }
    const address = addressOf(await this.facts())
    if (!address) return []
    const targets = ports.map((port) => ({ host: address.ip, port, path }))
    return httpGet(this.engine, address.network, targets, this.given.signal)
  }
}

const ENDED = {
  en: 'The container ended with exit code {code} instead of staying up.',
  ja: 'コンテナは動き続けず、終了コード {code} で終わりました。',
}
const OOM = {
  en: 'The container was ended because it used more memory than it may.',
  ja: 'コンテナは許された量を超えるメモリーを使ったため、終了させられました。',
}
const LOG_LINES = 20 // the message of an uncaught error in Node stands 15 lines above its end

/** With the last lines that it printed as evidence. */
export async function containerEnded(engine: Engine, container: ContainerRef): Promise<Unmet> {
  const facts = await engine.inspect(container)
  return new Unmet(
    facts.oomKilled ? [OOM] : [ENDED, { code: facts.exitCode }],
    await lastLines(engine, container),
  )
}

export async function lastLines(engine: Engine, container: ContainerRef): Promise<string[]> {
  let text = ''
  for await (const piece of engine.logs(container, { follow: false, tail: 200 }))
    text = (text + piece.text).slice(-8192)
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter(Boolean)
    .slice(-LOG_LINES)
}

async function readAccounts(engine: Engine, image: string): Promise<Account[]> {
  const container = await engine.create({ image, entrypoint: ['/'], network: 'none' })
  try {
    const passwd = await readContainerFile(engine, container, '/etc/passwd')
    return readPasswd(passwd?.toString('utf8') ?? '')
  } finally {
    await engine.remove(container)
  }
}

/** Where other containers reach it. Host networking: on the host's loopback. Undefined: nowhere. */
function addressOf(facts: ContainerFacts): { network: string; ip: string } | undefined {
  const raw = facts.raw as {
    HostConfig?: { NetworkMode?: string }
    NetworkSettings?: { Networks?: Record<string, { IPAddress?: string }> }
  }
  if (raw.HostConfig?.NetworkMode === 'host') return { network: 'host', ip: '127.0.0.1' }
  for (const [network, settings] of Object.entries(raw.NetworkSettings?.Networks ?? {})) {
    if (settings.IPAddress) return { network, ip: settings.IPAddress }
  }
  return undefined
}
