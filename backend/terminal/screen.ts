import serializeAddon from '@xterm/addon-serialize'
import headless from '@xterm/headless'
import type { Clock } from '../clock.ts'
import { UnicodeGraphemesAddon } from './graphemes.ts'
import { HeldOutput } from './held-output.ts'

/** Lines above the screen that a replay brings back. A line costs 12 bytes a column: 500 × 80 are 0.5 MB. */
const SCROLLBACK_LINES = 500
const MAX_ROWS = 1000 // the protocol's
/** How far the screen lags behind plain text; what is held counts as in flight, so a high watermark in each is 34 MB/s. */
const HOLD_MS = 15

/** What a terminal shows, kept on the server so that a reload shows it again. Bounded, whatever the program prints. */
export class Screen implements Disposable {
  readonly #terminal: InstanceType<typeof headless.Terminal>
  readonly #serialize = new serializeAddon.SerializeAddon()

  readonly #held = new HeldOutput(SCROLLBACK_LINES + MAX_ROWS)
  readonly #clock: Clock
  #heldParsed: (() => void) | undefined

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

  /** `parsed` is called when everything up to here is on the screen, or scrolled away. In order, later. */
  write(bytes: Uint8Array, parsed: () => void): void {
    if (!this.#held.hold(bytes)) {
      this.#release()
      this.#terminal.write(bytes, parsed)
      return
    }
    const waiting = this.#heldParsed !== undefined
    this.#heldParsed = parsed
    if (this.#held.full) this.#release()
    else if (!waiting) void this.#clock.sleep(HOLD_MS).then(() => this.#release())
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
    for (const bytes of this.#held.take()) this.#terminal.write(bytes)
    const parsed = this.#heldParsed
    this.#heldParsed = undefined
    if (parsed) this.#terminal.write('', parsed)
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose()
  }
}
