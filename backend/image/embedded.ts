import { constants, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib'

export type Compression = 'gzip' | 'zlib' | 'deflate' | 'zstd'

/** Where compressed data may begin in a piece of bytes. */
export interface Start {
  /** Index in the piece; compressed data begins here (for zip: the member's local header). */
  at: number
  kind: 'gzip' | 'zlib' | 'zstd' | 'zip'
}

const GZIP = Buffer.from([0x1f, 0x8b, 0x08])
const ZSTD = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const ZIP = Buffer.from('PK\x03\x04', 'latin1')
/** How many bytes past a start are needed to tell a real one from chance. */
export const LOOKAHEAD_BYTES = 10
// Tar content begins on such a border: git objects and other bare zlib data have too short a magic to look for elsewhere.
const BLOCK_BYTES = 512

/**
 * Starts in `bytes`, wherever they stand: at a file's beginning, behind a self-extracting script, in a tar or an archive of
 * unknown kind. `offset` is the stream offset of the first byte. Only starts with LOOKAHEAD_BYTES behind them are told: what is
 * shorter holds no secret.
 */
export function findStarts(bytes: Buffer, offset: number): Start[] {
  const starts: Start[] = []
  const limit = bytes.length - LOOKAHEAD_BYTES
  const each = (magic: Buffer, kind: Start['kind'], plausible: (at: number) => boolean) => {
    for (let at = bytes.indexOf(magic); at >= 0 && at < limit; at = bytes.indexOf(magic, at + 1)) {
      if (plausible(at)) starts.push({ at, kind })
    }
  }
  // Reserved flag bits must be zero (RFC 1952), the operating system is 0–13 or unknown (255).
  each(GZIP, 'gzip', (at) => (bytes[at + 3]! & 0xe0) === 0 && (bytes[at + 9]! <= 13 || bytes[at + 9] === 255))
  each(ZSTD, 'zstd', (at) => (bytes[at + 4]! & 0x08) === 0)
  each(ZIP, 'zip', () => true)
  for (let at = (BLOCK_BYTES - (offset % BLOCK_BYTES)) % BLOCK_BYTES; at < limit; at += BLOCK_BYTES) {
    if (bytes[at] === 0x78 && (bytes[at]! * 256 + bytes[at + 1]!) % 31 === 0)
      starts.push({ at, kind: 'zlib' })
  }
  return starts.sort((a, b) => a.at - b.at)
}

/**
 * Compressed data written in pieces, its content handed on. Ends by itself at the data's end, at the first byte that is not
 * compressed data, or when `onContent` says stop; what came before is handed on all the same. Never throws. `strict`: data cut
 * short is an `error`.
 */
export class Inflater {
  finished = false
  /** Why it ended, when it was not the data's end. */
  error: Error | undefined
  readonly #stream
  readonly #drained: Promise<void>
  #release: () => void = () => {}

  constructor(
    compression: Compression,
    onContent: (chunk: Buffer) => Promise<boolean>,
    options: { strict?: boolean } = {},
  ) {
    this.#stream = open(compression, options.strict ?? false)
    this.#stream.on('error', (error: Error) => {
      this.error ??= error
    })
    this.#drained = this.#pump(onContent)
  }

  async #pump(onContent: (chunk: Buffer) => Promise<boolean>): Promise<void> {
    try {
      for await (const chunk of this.#stream) if (!(await onContent(chunk))) break
    } catch (error) {
      this.error ??= error as Error
    } finally {
      this.finished = true
      this.#stream.destroy()
      this.#release()
    }
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.finished || this.#stream.destroyed) return
    await new Promise<void>((resolve) => {
      // zlib does not call back for a piece that holds the data's end: the pump's end releases too.
      this.#release = resolve
      this.#stream.write(chunk, () => resolve())
    })
  }

  async end(): Promise<void> {
    if (!this.finished && !this.#stream.destroyed) this.#stream.end()
    await this.#drained
  }
}

function open(compression: Compression, strict: boolean) {
  const chunkSize = 64 * 1024 // the default of 16 KiB costs a thread hop four times as often
  if (compression === 'zstd')
    return createZstdDecompress({ chunkSize, ...(!strict && { finishFlush: constants.ZSTD_e_flush }) })
  // With a sync flush, data cut short still gives what it holds.
  const options = { chunkSize, ...(!strict && { finishFlush: constants.Z_SYNC_FLUSH }) }
  if (compression === 'gzip') return createGunzip(options)
  return compression === 'zlib' ? createInflate(options) : createInflateRaw(options)
}

/** Raw deflate data behind a header: where it begins, and the member's name where it has one. */
export interface Member {
  label: string
  dataAt: number
}

// A zip header holds two lengths of 16 bits, a gzip header a name of any length that nobody makes longer than this.
const HEADER_BYTES_MAX = 3 * 64 * 1024
const ZIP_HEADER_BYTES = 30
const ZIP_DEFLATED = 8

/**
 * The header at the start of `bytes`: `incomplete` when more bytes are needed, `none` when no deflate data follows (a stored zip
 * member is found in the bytes as they are; an encrypted one cannot be read).
 */
export function readMember(kind: 'gzip' | 'zip', bytes: Buffer): Member | 'incomplete' | 'none' {
  const member = kind === 'zip' ? readZipHeader(bytes) : readGzipHeader(bytes)
  return member === 'incomplete' && bytes.length > HEADER_BYTES_MAX ? 'none' : member
}

function readZipHeader(bytes: Buffer): Member | 'incomplete' | 'none' {
  if (bytes.length < ZIP_HEADER_BYTES) return 'incomplete'
  const encrypted = (bytes.readUInt16LE(6) & 1) === 1
  if (encrypted || bytes.readUInt16LE(8) !== ZIP_DEFLATED) return 'none'
  const nameBytes = bytes.readUInt16LE(26)
  const dataAt = ZIP_HEADER_BYTES + nameBytes + bytes.readUInt16LE(28)
  if (bytes.length <= dataAt) return 'incomplete'
  return { label: bytes.toString('utf8', ZIP_HEADER_BYTES, ZIP_HEADER_BYTES + nameBytes), dataAt }
}

/**
 * The deflate data of a gzip is read without its frame (RFC 1952): node's gunzip takes any byte behind it for another member and
 * then throws away what it had already unpacked.
 */
function readGzipHeader(bytes: Buffer): Member | 'incomplete' {
  const flags = bytes[3] ?? 0
  let at = 10
  if (flags & 4) {
    if (bytes.length < at + 2) return 'incomplete'
    at += 2 + bytes.readUInt16LE(at)
  }
  for (const field of [8, 16]) {
    if (!(flags & field)) continue
    const end = bytes.indexOf(0, at)
    if (end < 0) return 'incomplete'
    at = end + 1
  }
  if (flags & 2) at += 2
  return bytes.length <= at ? 'incomplete' : { label: '(gzip)', dataAt: at }
}
