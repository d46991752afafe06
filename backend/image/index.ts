/**
 * The room that reads saved images. It knows no engine: everything comes from the bytes that `docker save` (or any OCI tool) wrote.
 *
 * The secret search finds a canary as plain text, reversed, in other case, rot13, base64, base32, hex, percent-encoded, escaped, in
 * decimals, spaced out, UTF-16 (see encodings.ts), over line breaks, in file names, links and extended attributes, and inside gzip,
 * zlib, zstd and zip data at any place of any file, tars in tars included.
 *
 * What it cannot find, and nobody can: a secret that was enciphered, XORed, hashed, or cut into pieces shorter than the
 * fragments searched for. What it does not read: xz, bzip2, brotli, lz4 and git packs; encrypted zips; compressed data damaged on purpose.
 * For these the rule must be how the secret got into the build's steps, not where its bytes are.
 */
import type { Readable } from 'node:stream'
import type { ImageDescription } from './description.ts'
import { type ExamineOptions, examineImage, type SecretSearch, searchBudget } from './examine.ts'
import { type Finding, scan } from './findings.ts'
import type { Match } from './pattern-scanner.ts'

export type { SearchBounds, Unsearched } from './byte-search.ts'
export type {
  EntryKind,
  HistoryStep,
  ImageConfig,
  ImageDescription,
  Layer,
  LayerEntry,
} from './description.ts'
export { type Examination, type ExamineOptions, examineImage, type SecretSearch } from './examine.ts'
export type { FileTree } from './file-tree.ts'
export type { Finding } from './findings.ts'
export type { Match } from './pattern-scanner.ts'
export type { TarEntry } from './tar-reader.ts'

/** Fragments worth reporting: a random canary's 12 characters do not occur by chance, and fewer are of little use to a thief. */
export const FRAGMENT_CHARACTERS = 12

/** What a saved image is made of. */
export async function readImage(
  stream: Readable,
  options: Omit<ExamineOptions, 'secret'> = {},
): Promise<ImageDescription> {
  return (await examineImage(stream, options)).image
}

/**
 * A file of the image's final file system, symlinks followed as a process in the container would. Undefined when there is none, it is
 * no file or larger than `maxFileBytes`. `open` is called once more when the path turns out to be a link.
 */
export async function readFileFromImage(
  open: () => Promise<Readable>,
  path: string,
  options: Pick<ExamineOptions, 'signal' | 'maxFileBytes'> = {},
): Promise<Buffer | undefined> {
  const first = await examineImage(await open(), { ...options, files: [path] })
  const found = first.readFile(path)
  const target = first.tree.resolve(path)?.entry
  if (found || !target) return found
  const place = target.kind === 'link' ? target.target! : target.path
  if (place === path.replace(/^\/+/, '')) return undefined
  return (await examineImage(await open(), { ...options, files: [place] })).readFile(path)
}

/** Every place where the whole canary can be recovered from the image. */
export async function searchSecret(
  stream: Readable,
  canary: string,
  options: Omit<SecretSearch, 'canary' | 'fragments'> & { signal?: AbortSignal } = {},
): Promise<Finding[]> {
  const { signal, ...secret } = options
  return (await examineImage(stream, { ...(signal && { signal }), secret: { ...secret, canary } })).findings
}

/** As `searchSecret`, and pieces of the canary of at least `characters` too: a secret split over files or layers. */
export async function searchFragments(
  stream: Readable,
  canary: string,
  options: Omit<SecretSearch, 'canary' | 'fragments'> & { signal?: AbortSignal; characters?: number } = {},
): Promise<Finding[]> {
  const { signal, characters = FRAGMENT_CHARACTERS, ...secret } = options
  return (
    await examineImage(stream, {
      ...(signal && { signal }),
      secret: { ...secret, canary, fragments: characters },
    })
  ).findings
}

/** The canary in text or bytes from elsewhere: a history line, a build cache record, a log. Fragments too when asked for. */
export function searchText(text: string | Uint8Array, canary: string, fragments?: number): Match[] {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text
  return scan(searchBudget({ canary, ...(fragments !== undefined && { fragments }) }), bytes)
}
