/** What a saved image is made of. Read by `readImage`; the engine is not asked and its claims are not needed. */
export interface ImageDescription {
  /** `docker`: manifest.json with layer.tar files (Docker to 24); `hybrid`: manifest.json over an OCI layout (Docker 25+); `oci`: index.json alone. */
  format: 'docker' | 'hybrid' | 'oci'
  /** Names the archive gives to the image, such as `web:latest`. */
  tags: string[]
  /** The engine's id of the image (sha256 of the config) where the archive names it. */
  id: string
  config: ImageConfig
  /** Oldest first, metadata-only steps included. */
  history: HistoryStep[]
  /** Base first. */
  layers: Layer[]
}

export interface ImageConfig {
  architecture: string
  os: string
  user: string
  env: string[]
  entrypoint: string[]
  cmd: string[]
  workingDir: string
  labels: Record<string, string>
  exposedPorts: string[]
  volumes: string[]
  /** The whole document, for goals that look at more. */
  raw: Record<string, unknown>
}

export interface HistoryStep {
  createdBy: string
  /** `createdBy` as an instruction a person would write: without `/bin/sh -c`, `#(nop)` and `# buildkit`. */
  command: string
  comment: string
  created: string
  /** Index into `layers`; absent for a step that changed metadata alone. */
  layer?: number
}

export interface Layer {
  index: number
  /** sha256 of the uncompressed tar, as the config lists it. */
  diffId: string
  /** sha256 of the blob as stored; absent in a docker archive, which does not say. */
  digest?: string
  /** Where the archive holds it. */
  archivePath: string
  /** Size of the uncompressed tar. */
  bytes: number
  /** Sum of the sizes of its files. */
  fileBytes: number
  createdBy: string
  command: string
  entries: LayerEntry[]
}

export type EntryKind = 'file' | 'directory' | 'symlink' | 'link' | 'device' | 'fifo' | 'other'

export interface LayerEntry {
  /** From the root, without a leading slash; `..` cannot climb above it. For a removal the path that is gone. */
  path: string
  kind: EntryKind
  /** Against the layers below. `opaque`: everything the layers below had in this directory is gone. */
  change: 'added' | 'changed' | 'removed' | 'opaque'
  bytes: number
  mode: number
  uid: number
  gid: number
  /** Target of a symlink (as written) or of a hard link (a path in the image). */
  target?: string
}
