import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Header, pack } from 'tar-stream'

/** Small saved images for tests, laid out as the tools write them. */
export interface LayerSpec {
  files: FileSpec[]
  createdBy?: string
}
export type FileSpec = Partial<Header> & { name: string; content?: string | Buffer }

export interface ImageSpec {
  layers: LayerSpec[]
  config?: Record<string, unknown>
  /** Steps without a layer, after the layers. */
  metadataSteps?: string[]
  tags?: string[]
  /** Instead of the true ones. */
  diffIds?: string[]
  /** An attestation stands before the image in index.json, as BuildKit may write it. */
  attestation?: boolean
  /** Makes of each layer's stored bytes what the archive gets. */
  damage?: (stored: Buffer) => Buffer
  /** More files of the archive. */
  extra?: Record<string, string | Buffer>
}

export type Format = 'docker' | 'hybrid' | 'oci'
export type LayerCompression = 'plain' | 'gzip' | 'zstd'

export const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')

export async function tarOf(files: FileSpec[]): Promise<Buffer> {
  const archive = pack()
  for (const { content, ...header } of files) archive.entry(header, Buffer.from(content ?? ''))
  archive.finalize()
  const pieces: Buffer[] = []
  for await (const piece of archive) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** The archive's bytes, and the diff ids of its layers. */
export async function savedImage(
  spec: ImageSpec,
  format: Format = 'docker',
  compression: LayerCompression = 'plain',
) {
  const tars = await Promise.all(spec.layers.map((layer) => tarOf(layer.files)))
  const diffIds = tars.map((tar) => `sha256:${sha256(tar)}`)
  const whole = tars.map((tar) =>
    compression === 'gzip' ? gzipSync(tar) : compression === 'zstd' ? zstdCompressSync(tar) : tar,
  )
  const stored = whole.map((bytes) => spec.damage?.(bytes) ?? bytes)
  const history = [
    ...spec.layers.map((layer, index) => ({
      created_by: layer.createdBy ?? `COPY layer${index} / # buildkit`,
      created: '2026-01-01T00:00:00Z',
    })),
    ...(spec.metadataSteps ?? []).map((created_by) => ({ created_by, empty_layer: true })),
  ]
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: spec.config ?? {},
    rootfs: { type: 'layers', diff_ids: spec.diffIds ?? diffIds },
    history,
  })
  const tags = spec.tags ?? ['web:latest']
  const files: [string, string | Buffer | { linkname: string }][] = Object.entries(spec.extra ?? {})
  const blob = (content: string | Buffer) => {
    const path = `blobs/sha256/${sha256(content)}`
    if (!files.some(([name]) => name === path)) files.push([path, content])
    return { path, digest: `sha256:${sha256(content)}`, size: content.length }
  }
  if (format === 'docker') {
    const seen = new Map<string, string>()
    const layers = stored.map((content, index) => {
      const path = `${sha256(`v1 id ${index}`)}/layer.tar`
      const first = seen.get(diffIds[index]!)
      files.push([path, first ? { linkname: `../${first}` } : content])
      seen.set(diffIds[index]!, path)
      return path
    })
    files.push(
      [`${sha256(config)}.json`, config],
      [
        'manifest.json',
        JSON.stringify([{ Config: `${sha256(config)}.json`, RepoTags: tags, Layers: layers }]),
      ],
    )
  } else {
    const layers = stored.map((content) => blob(content))
    const configBlob = blob(config)
    const described = (one: ReturnType<typeof blob>) => ({
      mediaType: 'x',
      digest: one.digest,
      size: one.size,
    })
    const manifest = blob(
      JSON.stringify({ schemaVersion: 2, config: described(configBlob), layers: layers.map(described) }),
    )
    files.push(['oci-layout', '{"imageLayoutVersion":"1.0.0"}'])
    const image = { ...described(manifest), annotations: { 'io.containerd.image.name': tags[0] } }
    const statement = blob(JSON.stringify({ schemaVersion: 2, config: described(configBlob), layers: [] }))
    const attestation = {
      ...described(statement),
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    }
    files.push([
      'index.json',
      JSON.stringify({ manifests: spec.attestation ? [attestation, image] : [image] }),
    ])
    if (format === 'hybrid') {
      files.push([
        'manifest.json',
        JSON.stringify([{ Config: configBlob.path, RepoTags: tags, Layers: layers.map((one) => one.path) }]),
      ])
    }
  }
  // Docker writes the names in order: what says which file is what comes last.
  files.sort(([a], [b]) => (a < b ? -1 : 1))
  const bytes = await tarOf(
    files.map(([name, content]) =>
      typeof content === 'string' || Buffer.isBuffer(content)
        ? { name, content }
        : { name, type: 'symlink', ...content },
    ),
  )
  return { bytes, diffIds }
}

/** In pieces, as a socket gives them. */
export function inPieces(bytes: Buffer, size = 64 * 1024): Readable {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
  return Readable.from(pieces)
}
