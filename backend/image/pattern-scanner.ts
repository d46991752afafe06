import type { EncodedSecret } from './encodings.ts'

/**
 * Finds hundreds of patterns in a stream at once, at a cost that does not depend on their number. Every 8th position of the text is
 * looked at: its 4 bytes are looked up among all 4-byte pieces of all patterns. A piece of a pattern of 11 bytes or more cannot hide
 * between two such positions; what is looked up successfully is compared byte by byte to both sides.
 */
const STRIDE_BYTES = 8
const GRAM_BYTES = 4
/** The shortest match that the strides cannot miss. */
export const SHORTEST_MATCH_BYTES = STRIDE_BYTES + GRAM_BYTES - 1

// 2^18 one-byte slots: with the 20 000 or so pieces of a 40-character secret about 7 % answer in vain; fits the second-level cache.
const FILTER_BITS = 18
// Large enough that the bytes carried over weigh nothing, small enough for a scanner for each nested archive.
const WINDOW_BYTES = 64 * 1024
// Line ends and blanks inside an encoded text (base64 wraps at 76): skipped when comparing, this many in a row.
const BLANKS_IN_A_ROW = 8

export interface Match {
  encoding: string
  /** Byte at which it starts in the stream. */
  offset: number
  bytes: number
  /** The whole secret, or a fragment of it. */
  complete: boolean
  /** Characters of the secret that the match holds. */
  characters: number
}

interface Pattern extends EncodedSecret {
  /** Fewer matching bytes than this are no match. */
  minimumBytes: number
}

export class PatternSet {
  readonly patterns: Pattern[]
  readonly filter = new Uint8Array(1 << FILTER_BITS)
  /** Piece → pattern index and position, by turns. */
  readonly grams = new Map<number, number[]>()
  readonly longestBytes: number

  /** `minimumCharacters`: fragments at least this long count too; without it the whole secret alone. */
  constructor(forms: EncodedSecret[], minimumCharacters?: number) {
    this.patterns = forms.map((form) => ({ ...form, minimumBytes: minimumBytes(form, minimumCharacters) }))
    this.longestBytes = Math.max(...this.patterns.map((pattern) => pattern.bytes.length))
    for (const [index, { bytes }] of this.patterns.entries()) {
      for (let at = 0; at + GRAM_BYTES <= bytes.length; at++) {
        const gram = bytes.readInt32LE(at)
        this.filter[slot(gram)] = 1
        const places = this.grams.get(gram)
        if (places) places.push(index, at)
        else this.grams.set(gram, [index, at])
      }
    }
  }
}

function minimumBytes(form: EncodedSecret, minimumCharacters?: number): number {
  if (minimumCharacters === undefined) return form.bytes.length
  const bytes = Math.floor(minimumCharacters * form.bytesPerCharacter) - form.blurredBytes
  return Math.min(form.bytes.length, Math.max(bytes, SHORTEST_MATCH_BYTES))
}

const slot = (gram: number) => Math.imul(gram, 0x9e3779b1) >>> (32 - FILTER_BITS)

export class PatternScanner {
  readonly #set: PatternSet
  readonly #onMatch: (match: Match) => void
  readonly #window: Buffer
  readonly #words: Int32Array
  /** Bytes kept around a position so that any match can be compared whole. */
  readonly #reach: number
  /** For each pattern the end of its last match, so that one match is told once. */
  readonly #lastEnd: Float64Array
  #filled = 0
  #scanned = 0
  /** Offset in the stream of the window's first byte. */
  #base = 0

  constructor(set: PatternSet, onMatch: (match: Match) => void) {
    this.#set = set
    this.#onMatch = onMatch
    // Twice: blanks between every two characters still leave the whole pattern in reach.
    this.#reach = roundUp(set.longestBytes * 2 + BLANKS_IN_A_ROW)
    this.#window = Buffer.allocUnsafeSlow(roundUp(WINDOW_BYTES + 3 * this.#reach))
    this.#words = new Int32Array(this.#window.buffer, 0, this.#window.length / GRAM_BYTES)
    this.#lastEnd = new Float64Array(set.patterns.length)
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const part = Math.min(chunk.length - at, this.#window.length - this.#filled)
      this.#window.set(chunk.subarray(at, at + part), this.#filled)
      this.#filled += part
      at += part
      if (this.#filled === this.#window.length) this.#advance()
    }
  }

  end(): void {
    this.#scan(this.#filled)
  }

  #advance(): void {
    const until = roundDown(this.#filled - this.#reach)
    this.#scan(until)
    const from = roundDown(until - this.#reach)
    this.#window.copyWithin(0, from, this.#filled)
    this.#base += from
    this.#filled -= from
    this.#scanned = until - from
  }

  #scan(until: number): void {
    const { filter, grams } = this.#set
    const words = this.#words
    const step = STRIDE_BYTES / GRAM_BYTES
    const last = Math.floor(Math.min(until, this.#filled) / GRAM_BYTES)
    for (let i = this.#scanned / GRAM_BYTES; i < last; i += step) {
      const gram = words[i]!
      if (filter[Math.imul(gram, 0x9e3779b1) >>> (32 - FILTER_BITS)] === 0) continue
      const places = grams.get(gram)
      if (!places) continue
      for (let p = 0; p < places.length; p += 2) this.#compare(places[p]!, places[p + 1]!, i * GRAM_BYTES)
    }
  }

  /** Grows the piece found at window position `at` to both sides as far as the pattern agrees. */
  #compare(index: number, position: number, at: number): void {
    if (this.#base + at < this.#lastEnd[index]!) return
    const pattern = this.#set.patterns[index]!
    const bytes = pattern.bytes
    const text = this.#window
    let first = position
    let start = at
    for (let probe = start; first > 0; first--) {
      probe = skipBlanks(text, probe - 1, -1, bytes[first - 1]!, 0)
      if (probe < 0) break
      start = probe
    }
    let last = position + GRAM_BYTES
    let end = at + GRAM_BYTES
    for (; last < bytes.length; last++) {
      const probe = skipBlanks(text, end, 1, bytes[last]!, this.#filled)
      if (probe < 0) break
      end = probe + 1
    }
    const length = last - first
    if (length < pattern.minimumBytes) return
    this.#lastEnd[index] = this.#base + end
    const complete = length === bytes.length
    const characters = complete
      ? Math.round(bytes.length / pattern.bytesPerCharacter)
      : Math.floor(length / pattern.bytesPerCharacter)
    this.#onMatch({
      encoding: pattern.encoding,
      offset: this.#base + start,
      bytes: end - start,
      complete,
      characters,
    })
  }
}

/** The position of `wanted` at `at` or behind a few blanks from there; -1 when something else stands there. */
function skipBlanks(text: Buffer, at: number, direction: 1 | -1, wanted: number, limit: number): number {
  for (let skipped = 0; skipped <= BLANKS_IN_A_ROW; skipped++, at += direction) {
    if (direction === 1 ? at >= limit : at < 0) return -1
    const byte = text[at]!
    if (byte === wanted) return at
    if (byte !== 10 && byte !== 13 && byte !== 32 && byte !== 9) return -1
  }
  return -1
}

const roundUp = (bytes: number) => Math.ceil(bytes / STRIDE_BYTES) * STRIDE_BYTES
const roundDown = (bytes: number) => Math.max(0, Math.floor(bytes / STRIDE_BYTES) * STRIDE_BYTES)
