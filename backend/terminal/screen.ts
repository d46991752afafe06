import serializeAddon from '@xterm/addon-serialize'
import headless from '@xterm/headless'
import type { Clock } from '../clock.ts'
import { UnicodeGraphemesAddon } from './graphemes.ts'
import { HeldOutput } from './held-output.ts'

/** Lines above the screen that a replay brings back. A line costs 12 bytes a column: 500 × 80 are 0.5 MB. */
const SCROLLBACK_LINES = 500
const MAX_ROWS = 1000 // the protocol's
const HOLD_MS = 40 // 2000 lines seen 25 times a second: 4 MB/s to parse, whatever the program prints
const NOTHING = new Uint8Array()

/** What a terminal shows, kept on the server so that a reload shows it again. Bounded, whatever the program prints. */
export class Screen implements Disposable {
  readonly #terminal: InstanceType<typeof headless.Terminal>
  readonly #serialize = new serializeAddon.SerializeAddon()

  readonly #held = new HeldOutput(SCROLLBACK_LINES + MAX_ROWS)
  readonly #clock: Clock
  /** Writes that the terminal has not parsed yet. */
  #parsing = 0
  #afterParsing: (() => void) | undefined
  #waiting = false

  constructor(cols: number, rows: number, clock: Clock) {
    this.#clock = clock
    this.#terminal = new headless.Terminal({
      cols,
      rows,
      scrollback: SCROLLBACK_LINES,
      allowProposedApi: true,
      // `cat /dev/urandom` makes a parsing error every hundred bytes, each a page of log.
      logLevel: 'off',
    })
    this.#terminal.loadAddon(this.#serialize as never)
    // The page measures wide characters with the same tables.
    this.#terminal.loadAddon(new UnicodeGraphemesAddon() as never)
  }

  /**
   * `parsed` is called when everything up to here is on the screen, scrolled away, or among the last lines that are held: those are
   * bounded, and nobody needs to wait for them. In order.
   */
  write(bytes: Uint8Array, parsed: () => void): void {
    if (!this.#held.hold(bytes)) {
      this.#release()
      this.#parse(bytes, parsed)
    } else if (this.#held.full) {
      this.#release()
      this.#parse(NOTHING, parsed)
    } else {
      if (this.#parsing === 0) parsed()
      else this.#afterParsing = parsed
      if (!this.#waiting) void this.#wait()
    }
  }

  /** Takes effect after everything written so far. */
  resize(cols: number, rows: number): void {
    this.#release()
    this.#terminal.write('', () => this.#terminal.resize(cols, rows))
  }

  /** Escape sequences that draw the screen, its scrollback, modes and cursor on a fresh terminal, as of everything written so far. */
  snapshot(): Promise<string> {
    this.#release()
    return new Promise((resolve) => {
      this.#terminal.write('', () => resolve(this.#serialize.serialize({ scrollback: SCROLLBACK_LINES })))
    })
  }

  #release(): void {
    for (const bytes of this.#held.take()) this.#parse(bytes)
  }

  #parse(bytes: Uint8Array, parsed?: () => void): void {
    if (parsed) this.#afterParsing = undefined // it stands for what came before too
    this.#parsing++
    this.#terminal.write(bytes, () => {
      this.#parsing--
      parsed?.()
      if (this.#parsing > 0) return
      const after = this.#afterParsing
      this.#afterParsing = undefined
      after?.()
    })
  }

  async #wait(): Promise<void> {
    this.#waiting = true
    await this.#clock.sleep(HOLD_MS)
    this.#waiting = false
    this.#release()
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose()
  }
}
