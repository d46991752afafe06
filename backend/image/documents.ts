import { posix } from 'node:path'
import { z } from 'zod'
import { DrydockError } from '../errors.ts'
import type { HistoryStep, ImageConfig } from './description.ts'

const strings = z.array(z.string()).nullish()
const DockerManifest = z
  .array(z.object({ Config: z.string(), RepoTags: strings, Layers: z.array(z.string()) }))
  .min(1)
const Descriptor = z.object({
  digest: z.string(),
  mediaType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
})
const OciIndex = z.object({ manifests: z.array(Descriptor).min(1) })
const OciManifest = z.object({ config: Descriptor, layers: z.array(Descriptor) })
const record = z.record(z.string(), z.unknown()).nullish()
const Config = z.object({
  architecture: z.string().default(''),
  os: z.string().default(''),
  config: z
    .object({
      User: z.string().nullish(),
      Env: strings,
      Entrypoint: strings,
      Cmd: strings,
      WorkingDir: z.string().nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
      ExposedPorts: record,
      Volumes: record,
    })
    .nullish(),
  rootfs: z.object({ diff_ids: strings }).nullish(),
  history: z
    .array(
      z.object({
        created: z.string().nullish(),
        created_by: z.string().nullish(),
        comment: z.string().nullish(),
        empty_layer: z.boolean().nullish(),
      }),
    )
    .nullish(),
})

/** Which of the archive's files make up the image. Paths are the archive's own. */
export interface Manifest {
  format: 'docker' | 'hybrid' | 'oci'
  configPath: string
  tags: string[]
  layerPaths: string[]
}

const ATTESTATION = 'vnd.docker.reference.type'
const INDEXES_DEEP = 4

/** Finds the image among an archive's documents: the first of manifest.json, or the first of index.json that is no attestation. */
export function findManifest(documents: ReadonlyMap<string, Buffer>): Manifest {
  const manifest = documents.get('manifest.json')
  if (manifest) {
    const [image] = parse(DockerManifest, 'manifest.json', manifest)
    const format = documents.has('oci-layout') ? 'hybrid' : 'docker'
    return {
      format,
      configPath: posix.normalize(image!.Config),
      tags: image!.RepoTags ?? [],
      layerPaths: image!.Layers.map((path) => posix.normalize(path)),
    }
  }
  const index = documents.get('index.json')
  if (!index) throw broken('neither manifest.json nor index.json is in it')
  return ociManifest(documents, index, [], INDEXES_DEEP)
}

function ociManifest(
  documents: ReadonlyMap<string, Buffer>,
  index: Buffer,
  tags: string[],
  deep: number,
): Manifest {
  const { manifests } = parse(OciIndex, 'index.json', index)
  const image = manifests.find((one) => one.annotations?.[ATTESTATION] === undefined) ?? manifests[0]!
  const named =
    image.annotations?.['io.containerd.image.name'] ??
    image.annotations?.['org.opencontainers.image.ref.name']
  const names = named ? [...tags, named] : tags
  const path = blobPath(image.digest)
  const document = documents.get(path)
  if (!document) throw broken(`${path} is missing`)
  if (deep > 0 && OciIndex.safeParse(parse(z.unknown(), path, document)).success)
    return ociManifest(documents, document, names, deep - 1)
  const { config, layers } = parse(OciManifest, path, document)
  return {
    format: 'oci',
    configPath: blobPath(config.digest),
    tags: names,
    layerPaths: layers.map((layer) => blobPath(layer.digest)),
  }
}

export function readConfig(
  path: string,
  document: Buffer,
): { config: ImageConfig; diffIds: string[]; history: HistoryStep[] } {
  const parsed = parse(Config, path, document)
  const { config } = parsed
  const diffIds = parsed.rootfs?.diff_ids ?? []
  let layer = 0
  const history = (parsed.history ?? []).map((step): HistoryStep => {
    const createdBy = step.created_by ?? ''
    const place = !step.empty_layer && layer < diffIds.length ? { layer: layer++ } : {}
    return {
      createdBy,
      command: asInstruction(createdBy),
      comment: step.comment ?? '',
      created: step.created ?? '',
      ...place,
    }
  })
  return {
    diffIds,
    history,
    config: {
      architecture: parsed.architecture,
      os: parsed.os,
      user: config?.User ?? '',
      env: config?.Env ?? [],
      entrypoint: config?.Entrypoint ?? [],
      cmd: config?.Cmd ?? [],
      workingDir: config?.WorkingDir ?? '',
      labels: config?.Labels ?? {},
      exposedPorts: Object.keys(config?.ExposedPorts ?? {}),
      volumes: Object.keys(config?.Volumes ?? {}),
      raw: JSON.parse(document.toString('utf8')) as Record<string, unknown>,
    },
  }
}

/** A history line as the instruction that made it: builders write `/bin/sh -c #(nop)  CMD …`, `RUN /bin/sh -c … # buildkit`, `|1 ARG=value /bin/sh -c …`. */
export function asInstruction(createdBy: string): string {
  const line = createdBy.replace(/ # buildkit$/, '')
  const metadata = /^\/bin\/sh -c #\(nop\)\s+(.*)$/s.exec(line)
  if (metadata) return metadata[1]!.trim()
  const run = /^(?:RUN )?(?:\|\d+ (.*?) ?)?\/bin\/sh -c (.*)$/s.exec(line)
  return run ? `RUN ${run[1] ? `(${run[1]}) ` : ''}${run[2]!.trim()}` : line.trim()
}

function parse<T>(schema: z.ZodType<T>, path: string, document: Buffer): T {
  try {
    return schema.parse(JSON.parse(document.toString('utf8')))
  } catch (cause) {
    throw broken(`${path} is not what it should be`, cause)
  }
}

function blobPath(digest: string): string {
  const found = /^(sha\d+):([0-9a-f]+)$/.exec(digest)
  if (!found) throw broken('a digest is malformed')
  return `blobs/${found[1]}/${found[2]}`
}

export function broken(detail: string, cause?: unknown): DrydockError {
  return new DrydockError('DD_IMAGE_BROKEN', { detail }, { cause })
}
