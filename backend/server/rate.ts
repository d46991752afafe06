/** A bucket that refills steadily: bursts are fine, a stream above the rate is not. Times in milliseconds. */
export class Rate {
  readonly #perSecond: number
  readonly #burst: number
  #tokens: number
  #last: number

  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond
    this.#burst = burst
    this.#tokens = burst
    this.#last = now
  }

  take(now: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#last) / 1000) * this.#perSecond)
    this.#last = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
