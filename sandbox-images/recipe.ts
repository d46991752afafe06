/**
 * A base or helper image that Drydock can make without a registry. Its folder `sandbox-images/<name>/` holds a README (why it
 * exists), a Dockerfile (builds offline) and a `prepare.ts` that brings what the Dockerfile copies.
 */
export interface Recipe {
  name: string
  /** Names it gets in the engine. */
  tags: string[]
  /** The official image's name: where a registry answers it may be pulled instead of built. */
  pull?: string
  /** Names of the recipes whose images it builds on; they come earlier in the catalog. */
  from?: string[]
  prepare: (request: PrepareRequest) => Promise<void>
}

export interface PrepareRequest {
  /** The build context's folder. It exists; what an interrupted preparation left in it is kept and used. */
  dir: string
  arch: Arch
  signal?: AbortSignal
  onProgress?: (progress: PrepareProgress) => void
}

/** Debian's names for the architectures that Drydock runs on. */
export type Arch = 'amd64' | 'arm64'

export interface PrepareProgress {
  image: string
  /** The context's file that is being made. */
  file: string
  phase: 'started' | 'step' | 'ready' | 'reused'
  /** For `step`: what the tool says it does, as it says it. */
  detail?: string
  /** For `ready` and `reused`: the file's size. */
  bytes?: number
}

export function hostArch(): Arch {
  if (process.arch === 'x64') return 'amd64'
  if (process.arch === 'arm64') return 'arm64'
  throw new Error(`Drydock's images are made for amd64 and arm64, not for ${process.arch}`)
}
