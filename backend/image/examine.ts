import { posix } from 'node:path'
import type { Readable } from 'node:stream'
import { Blob, tooLarge } from './blob.ts'
import { type SearchBounds, SearchBudget, type Unsearched } from './byte-search.ts'
import type { ImageDescription, Layer } from './description.ts'
import { broken, findManifest, readConfig } from './documents.ts'
import { encodeSecret } from './encodings.ts'
import { FileTree } from './file-tree.ts'
import { type Finding, findings } from './findings.ts'
import { PatternSet } from './pattern-scanner.ts'
import { MAX_NESTING, normalPath, type TarEntry, TarReader } from './tar-reader.ts'

export interface ExamineOptions {
  signal?: AbortSignal
  /** Paths whose content is kept from every layer that has them; links are not followed. */
  files?: Iterable<string>
  /** A larger file's content is not kept. Default 4 MiB. */
  maxFileBytes?: number
  /** Uncompressed, each layer. Default 16 GiB: what compressed data may claim to be must end somewhere. */
  maxLayerBytes?: number
  /** Each entry as it is read. Layers come in the archive's order, not in the image's. */
  onLayerEntry?: (entry: TarEntry, archivePath: string) => void
  secret?: SecretSearch
}

export interface SecretSearch {
  /** At least 16 printable ASCII characters, random: a shorter one would be found by chance. */
  canary: string
  /** Pieces of the canary of at least this many characters are found too (at least 12). Without it only the whole. */
  fragments?: number
  /** Diff ids of layers that cannot hold the secret, such as a base image's; nothing in them is reported. */
  skipLayers?: ReadonlySet<string>
  bounds?: Partial<SearchBounds>
}

export interface Examination {
  image: ImageDescription
  tree: FileTree
  /** A wanted file as it is in the end. Undefined: no such file, too large, or a link to a file that was not wanted. */
  readFile(path: string): Buffer | undefined
  findings: Finding[]
  /** Non-empty: bounds of the search left something unread; absence of findings then proves nothing there. */
  unsearched: (Unsearched & { archivePath: string; layer?: number })[]
}

const MAX_FILE_BYTES = 4 * 1024 * 1024
const MAX_LAYER_BYTES = 16 * 1024 ** 3
const MAX_BLOBS = 2000 // Docker allows 127 layers; an index of many platforms still stays far below

/** Reads a saved image once, from beginning to end. DD_IMAGE_BROKEN, DD_IMAGE_TOO_LARGE; an aborted signal's own reason. */
export async function examineImage(stream: Readable, options: ExamineOptions = {}): Promise<Examination> {
  const budget = options.secret && searchBudget(options.secret)
  const { blobs, links } = await readBlobs(stream, options, budget)
  const documents = new Map(
    [...blobs.values()].filter((blob) => blob.document).map((blob) => [blob.path, blob.document!]),
  )
  const manifest = findManifest(documents)
  const configPath = follow(links, manifest.configPath)
  const document = documents.get(configPath)
  if (!document) throw broken(`${configPath} is missing`)
  const { config, diffIds, history } = readConfig(configPath, document)
  if (diffIds.length !== manifest.layerPaths.length)
    throw broken('its config and its manifest list different layers')
  const tree = new FileTree()
  const layerBlobs: Blob[] = []
  const layers = manifest.layerPaths.map((listed, index): Layer => {
    const archivePath = follow(links, listed)
    const blob = blobs.get(archivePath)
    if (!blob) throw broken(`${archivePath} is missing`)
    if (!blob.tar && blob.bytes > 0) throw broken(`${archivePath} is not a layer`)
    layerBlobs.push(blob)
    const step = history.find((one) => one.layer === index)
    const digest = /^blobs\/(sha\d+)\/([0-9a-f]+)$/.exec(archivePath)
    const entries = tree.add(index, blob.tar?.entries ?? [])
    return {
      index,
      diffId: diffIds[index]!,
      ...(digest && { digest: `${digest[1]}:${digest[2]}` }),
      archivePath,
      bytes: blob.bytes,
      fileBytes: entries.reduce((sum, entry) => sum + entry.bytes, 0),
      createdBy: step?.createdBy ?? '',
      command: step?.command ?? '',
      entries,
    }
  })
  const id = /([0-9a-f]{64})(?:\.json)?$/.exec(configPath)?.[1]
  const image: ImageDescription = {
    format: manifest.format,
    tags: manifest.tags,
    id: id ? `sha256:${id}` : '',
    config,
    history,
    layers,
  }
  const skip = options.secret?.skipLayers
  return {
    image,
    tree,
    readFile: (path) => {
      const found = tree.resolve(path)
      if (!found) return undefined
      const { entry, layer } = found
      return layerBlobs[layer]!.contents.get(entry.kind === 'link' ? (entry.target ?? '') : entry.path)
    },
    findings: budget ? findings(budget, { image, tree, blobs: [...blobs.values()], configPath, skip }) : [],
    unsearched: [...blobs.values()].flatMap((blob) => {
      const layer = layers.find((one) => one.archivePath === blob.path)
      if (layer && skip?.has(layer.diffId)) return []
      return blob.unsearched.map((one) => ({
        ...one,
        archivePath: blob.path,
        ...(layer && { layer: layer.index }),
      }))
    }),
  }
}

/** The patterns and bounds of one search. */
export function searchBudget({ canary, fragments, bounds }: SecretSearch): SearchBudget {
  if (!/^[\x21-\x7e]{16,256}$/.test(canary))
    throw new RangeError('a canary has 16 to 256 printable ASCII characters')
  if (fragments !== undefined && fragments < 12)
    throw new RangeError('fragments below 12 characters are found by chance')
  return new SearchBudget(new PatternSet(encodeSecret(canary), fragments), bounds)
}

async function readBlobs(stream: Readable, options: ExamineOptions, budget: SearchBudget | undefined) {
  const { signal, secret, onLayerEntry } = options
  const blobs = new Map<string, Blob>()
  const links = new Map<string, string>()
  const files = new Set([...(options.files ?? [])].map(normalPath))
  let failure: unknown
  const archive = new TarReader(
    (entry) => {
      if (entry.type === 'symlink') links.set(entry.path, posix.join(posix.dirname(entry.path), entry.target))
      if (entry.type === 'link') links.set(entry.path, normalPath(entry.target))
      if (entry.type !== 'file') return undefined
      const digest = /^blobs\/(sha\d+)\/([0-9a-f]+)$/.exec(entry.path)
      const skip = digest !== null && secret?.skipLayers?.has(`${digest[1]}:${digest[2]}`)
      const blob = new Blob(entry.path, {
        ...(budget && !skip && { budget }),
        files,
        maxFileBytes: options.maxFileBytes ?? MAX_FILE_BYTES,
        maxLayerBytes: options.maxLayerBytes ?? MAX_LAYER_BYTES,
        ...(onLayerEntry && { onEntry: (inner: TarEntry) => onLayerEntry(inner, entry.path) }),
      })
      blobs.set(entry.path, blob)
      const guard = (work: Promise<void>) =>
        work.catch((error) => {
          failure = error
          throw error
        })
      return { write: (chunk) => guard(blob.write(chunk)), end: () => guard(blob.end()) }
    },
    { nesting: MAX_NESTING },
  )
  const abort = () => stream.destroy(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
  signal?.addEventListener('abort', abort, { once: true })
  try {
    signal?.throwIfAborted()
    for await (const chunk of stream) {
      signal?.throwIfAborted()
      await archive.write(chunk as Buffer)
      if (failure) throw failure
      if (archive.broken) throw broken('it is no tar archive', archive.broken)
      if (blobs.size > MAX_BLOBS) throw tooLarge('files in the archive', 0)
    }
    await archive.end()
    if (failure) throw failure
    if (archive.broken) throw broken('it is cut short', archive.broken)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
    stream.destroy()
  }
  return { blobs, links }
}

/** A path of the archive through its links: Docker writes a layer that occurs twice as a link to the first. */
function follow(links: ReadonlyMap<string, string>, path: string): string {
  let at = path
  for (let left = 10; left > 0; left--) {
    const next = links.get(at)
    if (next === undefined) return at
    at = next
  }
  throw broken(`${path} is a link to itself`)
}
