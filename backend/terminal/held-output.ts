/** What is held back at most, well below the high watermark of the flow control. */
const MAX_HELD_BYTES = 256 * 1024
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const TAB = 0x09
const DELETE = 0x7f
const C1_LEAD = 0xc2 // in UTF-8: of the control characters U+0080 to U+009F

/**
 * Plain text on its way to a screen that keeps so many lines: a program that prints faster than anybody reads scrolls most of it away
 * before it could be seen, so the screen need not parse it. Only text without control sequences is ever skipped, and only up to the
 * beginning of a line.
 */
export class HeldOutput {
  readonly #keptLines: number
  #chunks: { bytes: Uint8Array; lines: number }[] = []
  #lines = 0
  #bytes = 0
  #skipped = false
  #afterPlain = false

  /** `keptLines`: screen and scrollback. */
  constructor(keptLines: number) {
    this.#keptLines = keptLines
  }

  /** More is not to be held back. */
  get full(): boolean {
    return this.#bytes > MAX_HELD_BYTES
  }

  /** False: it is no plain text, and to be parsed after what is held. */
  hold(bytes: Uint8Array): boolean {
    const lines = linesOfPlain(bytes)
    const afterPlain = this.#afterPlain
    this.#afterPlain = lines >= 0
    // The first plain piece may be the end of a sequence that began before it.
    if (lines < 0 || !afterPlain) return false
    this.#chunks.push({ bytes, lines })
    this.#lines += lines
    this.#bytes += bytes.length
    while (this.#chunks.length > 1 && this.#lines - this.#chunks[0]!.lines > this.#keptLines) {
      const first = this.#chunks.shift()!
      this.#lines -= first.lines
      this.#bytes -= first.bytes.length
      this.#skipped = true
    }
    return true
  }

  /** What is held and must be parsed, oldest first; nothing is held after that. */
  take(): Uint8Array[] {
    const chunks = this.#chunks.map(({ bytes }) => bytes)
    if (this.#skipped && chunks[0]) chunks[0] = chunks[0].subarray(lineStart(chunks[0]))
    this.#chunks = []
    this.#lines = this.#bytes = 0
    this.#skipped = false
    return chunks
  }
}

/** How many lines end in it; -1 when there is more in it than text. */
function linesOfPlain(bytes: Uint8Array): number {
  let lines = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte >= 0x20 && byte !== DELETE && byte !== C1_LEAD) continue
    if (byte === LINE_FEED) lines++
    else if (byte !== CARRIAGE_RETURN && byte !== TAB) return -1
  }
  return lines
}

/** Behind the first line's end, where the cursor is at the left whatever came before. */
function lineStart(bytes: Uint8Array): number {
  for (let at = 1; at < bytes.length; at++) {
    if (bytes[at] === LINE_FEED && bytes[at - 1] === CARRIAGE_RETURN) return at + 1
  }
  return 0
}
