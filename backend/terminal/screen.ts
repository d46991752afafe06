import serializeAddon from '@xterm/addon-serialize'
import headless from '@xterm/headless'
import { UnicodeGraphemesAddon } from './graphemes.ts'

/** Lines above the screen that a replay brings back. A line costs 12 bytes a column: 500 × 80 are 0.5 MB. */
const SCROLLBACK_LINES = 500

/** What a terminal shows, kept on the server so that a reload shows it again. Bounded, whatever the program prints. */
export class Screen implements Disposable {
  readonly #terminal: InstanceType<typeof headless.Terminal>
  readonly #serialize = new serializeAddon.SerializeAddon()

  constructor(cols: number, rows: number) {
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

  /** `parsed` is called when these bytes are on the screen; writes are parsed in order, later. */
  write(bytes: Uint8Array, parsed: () => void): void {
    this.#terminal.write(bytes, parsed)
  }

  /** Takes effect after everything written so far. */
  resize(cols: number, rows: number): void {
    this.#terminal.write('', () => this.#terminal.resize(cols, rows))
  }

  /** Escape sequences that draw the screen, its scrollback, modes and cursor on a fresh terminal, as of everything written so far. */
  snapshot(): Promise<string> {
    return new Promise((resolve) => {
      this.#terminal.write('', () => resolve(this.#serialize.serialize({ scrollback: SCROLLBACK_LINES })))
    })
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose()
  }
}
