/** Bounds on what an engine may make us wait for or hold. The engine may be a learner's own program. */
export interface EngineLimits {
  /** A request that should be answered at once: 30 s, because a busy berth takes seconds to create a container. */
  answerMs: number
  /** One JSON document: an inspect of a large image is below 100 KiB, a list of hundreds of containers below 1 MiB. */
  answerBytes: number
  /** Silence in the middle of a stream of which more must come (save, copy). `docker save` computes tar headers for seconds. */
  idleMs: number
  /** A saved image or a copied tree. The berth's disk is 4 GiB; a given engine's images may be larger. */
  streamBytes: number
  /** One line of a build's answer: BuildKit flushes ten times a second and sends 32 KiB of output at most in one message. */
  lineBytes: number
  /** All lines of a build's answer. BuildKit itself clips each step's output to 2 MiB. */
  buildBytes: number
  /** A process in a container (`exec`, `runOnce`) that names no limit of its own. */
  processMs: number
  /** Output read, most of it thrown away, before a process that prints more than the caller wants is left alone. */
  processBytes: number
  /** A build that names no limit of its own. */
  buildMs: number
}

export const ENGINE_LIMITS: EngineLimits = {
  answerMs: 30_000,
  answerBytes: 4 * 1024 * 1024,
  idleMs: 60_000,
  streamBytes: 16 * 1024 * 1024 * 1024,
  lineBytes: 1024 * 1024,
  buildBytes: 512 * 1024 * 1024,
  processMs: 120_000,
  processBytes: 64 * 1024 * 1024,
  buildMs: 20 * 60_000,
}
