import type { Blob } from './blob.ts'
import type { Hit, SearchBudget } from './byte-search.ts'
import type { ImageDescription } from './description.ts'
import type { FileTree } from './file-tree.ts'
import { type Match, PatternScanner } from './pattern-scanner.ts'

/** One place where the secret can be recovered from. */
export interface Finding {
  place: 'layer' | 'history' | 'config' | 'document'
  encoding: string
  /** The whole secret, or a fragment. */
  complete: boolean
  /** Characters of the secret that stand there. */
  characters: number
  /** The file of the archive: a layer's blob, the config, a manifest, an attestation. */
  archivePath: string
  /** Index of the layer (for history: of the layer that the step made). */
  layer?: number
  diffId?: string
  createdBy?: string
  command?: string
  /** In a layer: the path of the file. */
  path?: string
  /** Inside that file: members of archives, `(gzip)` for a bare compressed stream; outermost first. */
  inside: string[]
  /** In a layer: in a name, a link's target or an extended attribute, not in content. */
  header: boolean
  /** In a document: where, such as `config.Env[2]`. */
  pointer?: string
  /** In the innermost content, in bytes (of its JSON text for a document). */
  offset: number
  /** A layer's file that a later layer deletes or replaces: gone from the container, still in the image. */
  deletedLater: boolean
}

interface Context {
  image: ImageDescription
  tree: FileTree
  blobs: readonly Blob[]
  configPath: string
  skip: ReadonlySet<string> | undefined
}

export function findings(budget: SearchBudget, context: Context): Finding[] {
  const { image, blobs } = context
  return blobs.flatMap((blob) => {
    const layers = image.layers.filter((layer) => layer.archivePath === blob.path)
    if (layers.length === 0) return documentFindings(budget, context, blob)
    return layers
      .filter((layer) => !context.skip?.has(layer.diffId))
      .flatMap((layer) => blob.hits.map((hit) => layerFinding(context, layer.index, hit)))
  })
}

function layerFinding({ image, tree }: Context, index: number, hit: Hit): Finding {
  const { diffId, createdBy, command, archivePath } = image.layers[index]!
  const [path = '', ...inside] = hit.inside
  const { encoding, complete, characters, header, offset } = hit
  const last = tree.at(path)
  const deletedLater = path !== '' && (header ? last === undefined : last?.layer !== index)
  return {
    place: 'layer',
    encoding,
    complete,
    characters,
    archivePath,
    layer: index,
    diffId,
    createdBy,
    command,
    path,
    inside,
    header,
    offset,
    deletedLater,
  }
}

function documentFindings(budget: SearchBudget, { image, configPath }: Context, blob: Blob): Finding[] {
  const common = { archivePath: blob.path, header: false, deletedLater: false }
  const isConfig = blob.path === configPath
  const found = blob.document ? searchJson(budget, blob.document) : []
  // What JSON's reading does not show (a key given twice, text that is no JSON, compressed data) the raw search has seen.
  const raw = found.length > 0 ? [] : blob.hits
  const inRaw = raw.map((hit): Finding => {
    const { encoding, complete, characters, offset, inside } = hit
    return {
      ...common,
      place: isConfig ? 'config' : 'document',
      encoding,
      complete,
      characters,
      inside,
      offset,
    }
  })
  const inJson = found.map(({ pointer, encoding, complete, characters, offset }): Finding => {
    const step = isConfig ? /^history\[(\d+)\]/.exec(pointer) : null
    const line = step ? image.history[Number(step[1])] : undefined
    const place = step ? 'history' : isConfig ? 'config' : 'document'
    const made = line && {
      createdBy: line.createdBy,
      command: line.command,
      ...(line.layer !== undefined && { layer: line.layer, diffId: image.layers[line.layer]!.diffId }),
    }
    return { ...common, place, encoding, complete, characters, inside: [], pointer, offset, ...made }
  })
  return [...inRaw, ...inJson]
}

/** The secret in the strings and keys of a JSON text, escapes undone. Nothing when it is no JSON. */
function searchJson(budget: SearchBudget, document: Buffer): (Match & { pointer: string })[] {
  let value: unknown
  try {
    value = JSON.parse(document.toString('utf8'))
  } catch {
    return []
  }
  const pieces: Buffer[] = []
  const places: { start: number; pointer: string }[] = []
  let bytes = 0
  const add = (text: string, pointer: string) => {
    const piece = Buffer.from(`${text}\0\0`, 'utf8') // apart: two strings side by side are not one
    places.push({ start: bytes, pointer })
    pieces.push(piece)
    bytes += piece.length
  }
  const open: [unknown, string][] = [[value, '']]
  for (let next = open.pop(); next; next = open.pop()) {
    const [part, pointer] = next
    if (typeof part === 'string') add(part, pointer)
    else if (Array.isArray(part))
      for (const [index, item] of part.entries()) open.push([item, `${pointer}[${index}]`])
    else if (part && typeof part === 'object') {
      for (const [key, item] of Object.entries(part)) {
        const place = pointer === '' ? key : `${pointer}.${key}`
        add(key, place)
        open.push([item, place])
      }
    }
  }
  return scan(budget, Buffer.concat(pieces)).map((match) => {
    const place = places.findLast((one) => one.start <= match.offset)!
    return { ...match, pointer: place.pointer, offset: match.offset - place.start }
  })
}

/** Every match in bytes at hand; compressed data is not opened. */
export function scan(budget: SearchBudget, bytes: Uint8Array): Match[] {
  const matches: Match[] = []
  const scanner = new PatternScanner(budget.patterns, (match) => {
    if (matches.length < budget.bounds.matches) matches.push(match)
  })
  scanner.write(bytes)
  scanner.end()
  return matches
}
