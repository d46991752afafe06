import { createHmac, timingSafeEqual } from 'node:crypto'

const NAME = 'drydock'
const ONE_YEAR_SECONDS = 365 * 24 * 60 * 60
const COOKIE = /^([a-z0-9-]{1,40})\.([0-9a-f]{32})\.([0-9a-f]{64})$/

/** Who a browser is: a learner's name and 128 random bits, signed. Nothing is stored for it, so it survives a restart. */
export class Identity {
  readonly #key: string

  /** `key`: at least 256 bits, the same over restarts. */
  constructor(key: string) {
    this.#key = key
  }

  /** The `Set-Cookie` header of a new browser. `random`: 128 bits in hex. */
  issue(learner: string, random: string): string {
    const value = `${learner}.${random}.${this.#sign(`${learner}.${random}`)}`
    // Not `Secure`: the lab is plain HTTP on loopback. Strict: no other site's page can make a browser send it.
    return `${NAME}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${ONE_YEAR_SECONDS}`
  }

  /** The learner of a `Cookie` header; undefined when there is none or it was not signed here. */
  learner(header: string | undefined): string | undefined {
    for (const pair of header?.split(';') ?? []) {
      const [name, value] = pair.trim().split('=', 2)
      const parts = name === NAME ? COOKIE.exec(value ?? '') : null
      if (!parts) continue
      const [, learner, random, signature] = parts as unknown as [string, string, string, string]
      const right = Buffer.from(this.#sign(`${learner}.${random}`))
      if (timingSafeEqual(right, Buffer.from(signature))) return learner
    }
    return undefined
  }

  #sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex')
  }
}
