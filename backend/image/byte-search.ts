import { type Compression, findStarts, Inflater, LOOKAHEAD_BYTES, readMember } from './embedded.ts'
import { type Match, PatternScanner, type PatternSet } from './pattern-scanner.ts'
import { looksLikeTar, TarReader } from './tar-reader.ts'

/** A match, and the way to it: names of tar and zip members, `(gzip)` for a compressed stream without a name. */
export interface Hit extends Match {
  inside: string[]
  /** It stands in a tar header (a name, a link's target, an extended attribute), not in content. */
  header: boolean
  /** Offset of what holds it in the outermost stream: of the match itself, or of the compressed data it was found in. */
  outerOffset: number
}

/** Something that was not searched to its end, because a bound of the search was reached. */
export interface Unsearched {
  reason: 'depth' | 'expansion' | 'containers' | 'matches'
  /** How often; the place is that of the first. */
  count: number
  outerOffset: number
  inside: string[]
}

export interface SearchBounds {
  /** Archives inside archives. */
  depth: number
  /** Bytes that all compressed data of one search may unfold to. */
  expandedBytes: number
  /** Compressed streams read at once: real data has them one after the other. */
  openContainers: number
  /** Compressed streams in all. */
  containers: number
  matches: number
}

export const DEFAULT_BOUNDS: SearchBounds = {
  depth: 6, // a jar in a tar.gz in a layer in a saved image is 4
  expandedBytes: 4 * 1024 ** 3, // 20–40 s of unfolding; twice the largest image the lab expects
  openContainers: 16,
  containers: 200_000, // 0.1 ms each to open: 20 s for a file that is nothing but fake beginnings
  matches: 1000, // more findings help nobody and would fill memory
}

/** What one whole search shares: patterns, bounds, and what is used up of them. */
export class SearchBudget {
  readonly patterns: PatternSet
  readonly bounds: SearchBounds
  expandedBytes = 0
  openContainers = 0
  containers = 0
  matches = 0

  constructor(patterns: PatternSet, bounds: Partial<SearchBounds> = {}) {
    this.patterns = patterns
    this.bounds = { ...DEFAULT_BOUNDS, ...bounds }
  }
}

interface OpenContainer {
  label: string
  offset: number
  /** Where the file that holds it ends, in a tar. */
  limit: number
  inflater: Inflater
  search: ByteSearch
}

/** Searches one stream of bytes and everything compressed in it. `index`: a reader of the same bytes, when they are known to be a tar. */
export class ByteSearch {
  readonly unsearched: Unsearched[] = []
  readonly #budget: SearchBudget
  readonly #depth: number
  readonly #scanner: PatternScanner
  readonly #hits: Hit[] = []
  #index: TarReader | undefined
  readonly #ownIndex: boolean
  #head: Buffer | undefined = Buffer.alloc(0)
  #carry: Buffer = Buffer.alloc(0)
  #offset = 0
  #open: OpenContainer[] = []
  #headers: { kind: 'gzip' | 'zip'; offset: number; bytes: Buffer }[] = []

  constructor(budget: SearchBudget, index?: TarReader, depth = 0) {
    this.#budget = budget
    this.#depth = depth
    this.#index = index
    this.#ownIndex = index === undefined
    this.#scanner = new PatternScanner(budget.patterns, (match) =>
      this.#keep({ ...match, inside: [], header: false, outerOffset: match.offset }),
    )
  }

  async write(chunk: Buffer): Promise<void> {
    this.#scanner.write(chunk)
    if (this.#ownIndex) await this.#indexTar(chunk)
    for (const container of this.#open) await this.#feed(container, chunk, this.#offset)
    for (const header of this.#headers) header.bytes = Buffer.concat([header.bytes, chunk])
    await this.#settle()
    // The few bytes held back and the chunk's first ones, then the chunk itself: joining them whole would copy everything.
    const seam = Buffer.concat([this.#carry, chunk.subarray(0, LOOKAHEAD_BYTES)])
    await this.#start(seam, this.#offset - this.#carry.length, chunk.subarray(LOOKAHEAD_BYTES))
    if (chunk.length > LOOKAHEAD_BYTES) await this.#start(chunk, this.#offset)
    this.#carry = Buffer.from((chunk.length > LOOKAHEAD_BYTES ? chunk : seam).subarray(-LOOKAHEAD_BYTES))
    this.#offset += chunk.length
  }

  async end(): Promise<Hit[]> {
    this.#scanner.end()
    if (this.#head && this.#head.length > 0 && this.#ownIndex) await this.#indexTar(Buffer.alloc(0), true)
    for (const container of this.#open) await this.#close(container)
    this.#open = []
    if (this.#ownIndex) await this.#index?.end()
    for (const hit of [...this.#hits, ...this.unsearched]) this.#attribute(hit)
    return this.#hits
  }

  #keep(hit: Hit): void {
    if (this.#budget.matches++ < this.#budget.bounds.matches) this.#hits.push(hit)
    else if (this.#budget.matches === this.#budget.bounds.matches + 1) this.#skip('matches', hit.outerOffset)
  }

  #skip(reason: Unsearched['reason'], outerOffset: number): void {
    const known = this.unsearched.find((one) => one.reason === reason && one.inside.length === 0)
    if (known) known.count++
    else this.unsearched.push({ reason, count: 1, outerOffset, inside: [] })
  }

  /** Puts the tar member that holds it before the way to a hit. */
  #attribute(hit: Hit | Unsearched): void {
    const found = this.#index?.locate(hit.outerOffset)
    if (!found) return
    if ('header' in hit && hit.inside.length === 0) {
      hit.header = found.header
      if (!found.header) hit.offset = found.offset
    }
    hit.inside.unshift(...found.inside)
  }

  async #indexTar(chunk: Buffer, atEnd = false): Promise<void> {
    if (!this.#head) {
      await this.#index?.write(chunk)
      return
    }
    this.#head = Buffer.concat([this.#head, chunk])
    if (this.#head.length < 512 && !atEnd) return
    if (looksLikeTar(this.#head)) {
      this.#index = new TarReader()
      await this.#index.write(this.#head)
    }
    this.#head = undefined
  }

  /** `behind`: what follows the bytes and is no place for a start. */
  async #start(bytes: Buffer, offset: number, behind?: Buffer): Promise<void> {
    for (const { kind, at } of findStarts(bytes, offset)) {
      const rest =
        behind && behind.length > 0 ? Buffer.concat([bytes.subarray(at), behind]) : bytes.subarray(at)
      if (kind === 'zlib' || kind === 'zstd')
        await this.#openContainer(kind, `(${kind})`, offset + at, 0, rest)
      else if (this.#headers.length >= this.#budget.bounds.openContainers)
        this.#skip('containers', offset + at)
      else {
        this.#headers.push({ kind, offset: offset + at, bytes: rest })
        await this.#settle()
      }
    }
  }

  async #openContainer(
    kind: Compression,
    label: string,
    offset: number,
    dataAt: number,
    first: Buffer,
  ): Promise<void> {
    const { bounds } = this.#budget
    if (this.#depth >= bounds.depth) return this.#skip('depth', offset)
    if (this.#budget.openContainers >= bounds.openContainers) return this.#skip('containers', offset)
    if (this.#budget.containers++ >= bounds.containers) return this.#skip('containers', offset)
    const search = new ByteSearch(this.#budget, undefined, this.#depth + 1)
    const inflater = new Inflater(kind, async (chunk) => {
      this.#budget.expandedBytes += chunk.length
      if (this.#budget.expandedBytes > bounds.expandedBytes) {
        this.#skip('expansion', offset)
        return false
      }
      await search.write(chunk)
      return true
    })
    this.#budget.openContainers++
    const container = {
      label,
      offset,
      limit: this.#index?.endOfContent(offset) ?? Number.POSITIVE_INFINITY,
      inflater,
      search,
    }
    this.#open.push(container)
    await this.#feed(container, first.subarray(dataAt), offset + dataAt)
    await this.#settleOpen()
  }

  async #feed({ inflater, limit }: OpenContainer, bytes: Buffer, offset: number): Promise<void> {
    const within = bytes.subarray(0, Math.max(0, limit - offset))
    if (within.length > 0) await inflater.write(within)
    if (within.length < bytes.length) await inflater.end()
  }

  async #settle(): Promise<void> {
    for (const header of this.#headers.splice(0)) {
      const member = readMember(header.kind, header.bytes)
      if (member === 'incomplete') this.#headers.push(header)
      else if (member !== 'none')
        await this.#openContainer('deflate', member.label, header.offset, member.dataAt, header.bytes)
    }
    await this.#settleOpen()
  }

  /** Takes the findings of what has ended. */
  async #settleOpen(): Promise<void> {
    for (const container of this.#open.filter((one) => one.inflater.finished)) {
      this.#open.splice(this.#open.indexOf(container), 1)
      await this.#close(container)
    }
  }

  async #close({ label, offset, inflater, search }: OpenContainer): Promise<void> {
    await inflater.end()
    this.#budget.openContainers--
    for (const hit of await search.end())
      this.#hits.push({ ...hit, inside: [label, ...hit.inside], outerOffset: offset })
    for (const skipped of search.unsearched)
      this.unsearched.push({ ...skipped, inside: [label, ...skipped.inside], outerOffset: offset })
  }
}
