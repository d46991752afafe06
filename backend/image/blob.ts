import { DrydockError } from '../errors.ts'
import { ByteSearch, type Hit, type SearchBudget, type Unsearched } from './byte-search.ts'
import { broken } from './documents.ts'
import { Inflater } from './embedded.ts'
import { looksLikeTar, type TakeContent, type TarEntry, TarReader } from './tar-reader.ts'

/** What an examination wants of each blob. */
export interface BlobPlan {
  budget?: SearchBudget
  /** Paths of files whose content is kept. */
  files: ReadonlySet<string>
  maxFileBytes: number
  maxLayerBytes: number
  onEntry?: (entry: TarEntry) => void
}

const SNIFF_BYTES = 512
// Configs and manifests are some kilobytes; a provenance attestation may reach a megabyte.
const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024

/**
 * One file of a saved image. Whether it is a layer (a tar; plain, gzip or zstd) or a document shows in its first bytes alone: the
 * manifest that would say so may come last.
 */
export class Blob implements TakeContent {
  readonly path: string
  /** The bytes of what is not a layer, if small enough to be a document. */
  document: Buffer | undefined
  tar: TarReader | undefined
  /** Size of the uncompressed content. */
  bytes = 0
  hits: Hit[] = []
  unsearched: Unsearched[] = []
  readonly contents = new Map<string, Buffer>()
  readonly #plan: BlobPlan
  #search: ByteSearch | undefined
  #inflater: Inflater | undefined
  #head: Buffer[] | undefined = []
  #headBytes = 0
  #unfoldedHead: Buffer | undefined = Buffer.alloc(0)
  #document: Buffer[] = []
  #failure: unknown

  constructor(path: string, plan: BlobPlan) {
    this.path = path
    this.#plan = plan
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.#head) {
      this.#head.push(chunk)
      this.#headBytes += chunk.length
      if (this.#headBytes >= SNIFF_BYTES) await this.#begin()
    } else await this.#take(chunk)
  }

  async end(): Promise<void> {
    if (this.#head) await this.#begin()
    if (this.#inflater) {
      await this.#inflater.end()
      if (this.#unfoldedHead) await this.#short(this.#unfoldedHead)
      if (this.#failure) throw this.#failure
      if (this.#inflater.error) throw broken(`${this.path} is cut short or damaged`, this.#inflater.error)
    }
    await this.tar?.end()
    if (this.tar?.broken) throw broken(`${this.path} is cut short or damaged`, this.tar.broken)
    if (this.#search) {
      this.hits = await this.#search.end()
      this.unsearched = this.#search.unsearched
    }
    if (!this.tar && this.bytes <= MAX_DOCUMENT_BYTES) this.document = Buffer.concat(this.#document)
    this.#document = []
  }

  async #begin(): Promise<void> {
    const head = Buffer.concat(this.#head!)
    this.#head = undefined
    const compression = compressionOf(head)
    if (!compression) {
      this.#open(head)
      await this.#take(head)
      return
    }
    this.#inflater = new Inflater(compression, (content) => this.#unfolded(content), { strict: true })
    await this.#take(head)
  }

  async #unfolded(content: Buffer): Promise<boolean> {
    try {
      if (this.#unfoldedHead) {
        const joined = Buffer.concat([this.#unfoldedHead, content])
        this.#unfoldedHead = joined.length < SNIFF_BYTES ? joined : undefined
        if (this.#unfoldedHead) return true
        this.#open(joined)
        content = joined
      }
      await this.#content(content)
      return true
    } catch (failure) {
      this.#failure = failure
      return false
    }
  }

  /** Bytes as the archive holds them. */
  async #take(bytes: Buffer): Promise<void> {
    if (!this.#inflater) return this.#content(bytes)
    await this.#inflater.write(bytes)
    if (this.#failure) throw this.#failure
  }

  /** Compressed content that ended before its kind could be seen. */
  async #short(content: Buffer): Promise<void> {
    this.#open(content)
    await this.#content(content)
  }

  #open(head: Buffer): void {
    const { budget } = this.#plan
    if (looksLikeTar(head)) this.tar = new TarReader((entry) => this.#entry(entry))
    if (budget) this.#search = new ByteSearch(budget, this.tar)
  }

  async #content(bytes: Buffer): Promise<void> {
    this.bytes += bytes.length
    if (this.bytes > this.#plan.maxLayerBytes) throw tooLarge(this.path, this.#plan.maxLayerBytes)
    // The tar first: the search asks it where files end.
    if (this.tar) await this.tar.write(bytes)
    else if (this.bytes <= MAX_DOCUMENT_BYTES) this.#document.push(bytes)
    else this.#document = []
    await this.#search?.write(bytes)
  }

  #entry(entry: TarEntry): TakeContent | undefined {
    this.#plan.onEntry?.(entry)
    if (entry.type !== 'file' || !this.#plan.files.has(entry.path) || entry.bytes > this.#plan.maxFileBytes)
      return undefined
    const pieces: Buffer[] = []
    return {
      write: (chunk) => void pieces.push(Buffer.from(chunk)),
      end: () => void this.contents.set(entry.path, Buffer.concat(pieces)),
    }
  }
}

function compressionOf(head: Buffer): 'gzip' | 'zstd' | undefined {
  if (head.length >= 3 && head.readUIntBE(0, 3) === 0x1f8b08) return 'gzip'
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return 'zstd'
  return undefined
}

export function tooLarge(what: string, limitBytes: number): DrydockError {
  return new DrydockError('DD_IMAGE_TOO_LARGE', { what, limit: `${Math.round(limitBytes / 1024 ** 2)} MiB` })
}
