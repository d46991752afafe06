import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const MAX_BYTES = 8 * 1024 * 1024 // a week of a busy lab; twice that with the kept one
const TAIL_BYTES = 4096

/** One process's output in a file of bounded size; the one before stays as `.1`. Writes are synchronous: the last words matter most. */
export class LogFile implements Disposable {
  readonly path: string
  #file: number
  #bytes = 0
  #tail = ''

  constructor(path: string) {
    this.path = path
    mkdirSync(dirname(path), { recursive: true })
    this.#file = this.#begin()
  }

  write(chunk: Buffer): void {
    this.#tail = (this.#tail + chunk).slice(-TAIL_BYTES)
    if (this.#bytes > MAX_BYTES) {
      closeSync(this.#file)
      this.#file = this.#begin()
      this.#bytes = 0
    }
    this.#bytes += chunk.length
    try {
      writeSync(this.#file, chunk)
    } catch {
      // A full disk must not end the lab.
    }
  }

  /** The last lines, for the message about an end that nobody asked for. */
  tail(): string {
    return this.#tail
  }

  [Symbol.dispose](): void {
    closeSync(this.#file)
  }

  #begin(): number {
    try {
      renameSync(this.path, `${this.path}.1`)
    } catch {
      // the first one
    }
    return openSync(this.path, 'w', 0o640)
  }
}
