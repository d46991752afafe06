export interface RegistryRequest {
  method: string
  /** Cut at 300 characters. */
  path: string
  status: number
  /** Carried the token. */
  authorized: boolean
}

// An npm install makes two or three. A learner's loop must not fill memory, nor push out the ones that count.
const KEPT_REQUESTS = 500
const PATH_CHARACTERS = 300

/** What was asked while one token held. Requests with the token and without are bounded apart. */
export class RequestLog {
  readonly #kept: RegistryRequest[] = []
  readonly #counts = { with: 0, without: 0 }
  readonly #receipts = new Set<string>()

  add(request: RegistryRequest): void {
    const kind = request.authorized ? 'with' : 'without'
    if (this.#counts[kind]++ < KEPT_REQUESTS)
      this.#kept.push({ ...request, path: request.path.slice(0, PATH_CHARACTERS) })
  }

  addReceipt(receipt: string): void {
    if (this.#receipts.size < KEPT_REQUESTS) this.#receipts.add(receipt)
  }

  requests(): RegistryRequest[] {
    return [...this.#kept]
  }

  receipts(): string[] {
    return [...this.#receipts]
  }
}
