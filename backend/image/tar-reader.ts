import { posix } from 'node:path'
import { type Extract, extract, type Header } from 'tar-stream'

/** An entry of a tar and where its bytes stand in it. */
export interface TarEntry {
  path: string
  type: Header['type'] | null
  /** Target of a link, as written. */
  target: string
  mode: number
  uid: number
  gid: number
  /** Offset of its content in the tar. */
  start: number
  bytes: number
  /** Its own entries, when it is a tar itself. */
  members?: TarReader
}

/** Takes an entry's content; a promise holds the tar back until it settles, its rejection ends the reading. */
export interface TakeContent {
  write(chunk: Buffer): void | Promise<void>
  end?(): void | Promise<void>
}

// An image of 2 GB has about 100 000 files; ten times that is no honest image, and its list would take gigabytes.
const MAX_ENTRIES = 1_000_000
/** Tars inside tars that are looked into; as `nesting` it says: do not look into any. */
export const MAX_NESTING = 4
const BLOCK_BYTES = 512

/**
 * A tar written into it piece by piece; each entry is told when its header has come. Content is passed on for the entries
 * that `want` asks for; `nesting` counts the tars around this one. Never throws on a broken tar: it stops telling and says so in `broken`.
 */
export class TarReader {
  readonly entries: TarEntry[] = []
  broken: Error | undefined
  readonly #extract: Extract
  #release: () => void = () => {}
  #closed = false

  constructor(want?: (entry: TarEntry) => TakeContent | undefined, options: { nesting?: number } = {}) {
    const nesting = options.nesting ?? 0
    // A mark of one byte: each write waits until its piece has been read, so the entries are never behind the bytes.
    this.#extract = extract({ allowUnknownFormat: true, highWaterMark: 1 } as Parameters<typeof extract>[0])
    this.#extract.on('entry', (header, body, next) => {
      if (this.entries.length >= MAX_ENTRIES) {
        this.#extract.destroy(new Error('too many entries'))
        return
      }
      const entry = entryOf(header)
      this.entries.push(entry)
      const takes = [
        want?.(entry),
        nesting < MAX_NESTING && entry.bytes >= BLOCK_BYTES ? readMembers(entry, nesting) : undefined,
      ]
      const fail = (error: Error) => this.#extract.destroy(error)
      let busy: Promise<unknown> | undefined
      body.on('data', (data: unknown) => {
        const pending = takes
          .map((take) => take?.write(data as Buffer))
          .filter((result) => result instanceof Promise)
        if (pending.length === 0) return
        body.pause()
        busy = Promise.all(pending)
        busy.then(() => {
          busy = undefined
          body.resume()
        }, fail)
      })
      body.on('error', () => {})
      // A paused stream still tells its end, while the last piece is being taken.
      body.on('end', async () => {
        try {
          await busy
          for (const take of takes) await take?.end?.()
          next()
        } catch (error) {
          fail(error as Error)
        }
      })
    })
    this.#extract.on('error', (error) => {
      this.broken = error
      this.#release()
    })
    this.#extract.on('close', () => {
      this.#closed = true
      this.#release()
    })
    this.#extract.on('drain', () => this.#release())
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#closed || this.broken) return
    await new Promise<void>((resolve) => {
      this.#release = resolve
      if (this.#extract.write(chunk)) resolve()
    })
  }

  async end(): Promise<void> {
    if (this.#closed || this.broken) return
    await new Promise<void>((resolve) => {
      this.#release = () => (this.#closed || this.broken) && resolve()
      this.#extract.end(undefined)
    })
  }

  /**
   * What stands at an offset of the tar: the path of the entry (through tars inside it), whether the offset is in headers
   * instead of content, and where in the content it is.
   */
  locate(offset: number): { inside: string[]; header: boolean; offset: number } | undefined {
    const next = this.#after(offset)
    const before = this.entries[next - 1]
    if (before && offset < before.start + before.bytes) {
      const within = offset - before.start
      const deeper = before.members?.locate(within)
      if (deeper) return { ...deeper, inside: [before.path, ...deeper.inside] }
      return { inside: [before.path], header: false, offset: within }
    }
    const after = this.entries[next]
    return after && { inside: [after.path], header: true, offset: 0 }
  }

  /** Where the content that holds an offset ends; undefined between contents. */
  endOfContent(offset: number): number | undefined {
    const before = this.entries[this.#after(offset) - 1]
    if (!before || offset >= before.start + before.bytes) return undefined
    return before.start + (before.members?.endOfContent(offset - before.start) ?? before.bytes)
  }

  /** Index of the first entry whose content starts behind the offset. */
  #after(offset: number): number {
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.entries[middle]!.start > offset) high = middle
      else low = middle + 1
    }
    return low
  }
}

/** Gives the entry its `members` when its content begins as a tar does. */
function readMembers(entry: TarEntry, nesting: number): TakeContent {
  let head: Buffer | undefined = Buffer.alloc(0)
  const write = (chunk: Buffer) => {
    if (!head) return entry.members?.write(chunk)
    head = head.length > 0 ? Buffer.concat([head, chunk]) : chunk
    if (head.length < BLOCK_BYTES) return
    const start = head
    head = undefined
    if (!looksLikeTar(start)) return
    entry.members = new TarReader(undefined, { nesting: nesting + 1 })
    return entry.members.write(start)
  }
  return { write }
}

function entryOf(header: Header & { byteOffset?: number }): TarEntry {
  return {
    path: normalPath(header.name),
    type: header.type,
    target: header.linkname ?? '',
    mode: header.mode,
    uid: header.uid,
    gid: header.gid,
    start: header.byteOffset ?? 0,
    bytes: header.size,
  }
}

/** From the root without a leading slash; `..` cannot climb above the root. */
export function normalPath(name: string): string {
  return posix.normalize(`/${name}`).replace(/^\/+|\/+$/g, '')
}

/** Whether a first block looks like a tar's: the magic of POSIX and GNU tars, or the end mark of an empty one. */
export function looksLikeTar(head: Buffer): boolean {
  if (head.length < BLOCK_BYTES) return false
  return (
    head.toString('latin1', 257, 262) === 'ustar' || head.subarray(0, BLOCK_BYTES).every((byte) => byte === 0)
  )
}
