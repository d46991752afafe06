import { z } from 'zod'
import { DrydockError } from '../errors.ts'
import type { ContainerFacts, ContainerSummary, EngineVersion, HistoryLine, ImageFacts } from './port.ts'

/** The engine's documents, read once into our own words. What is missing or of another type is DD_ENGINE_ANSWER. */
export function read<T>(schema: z.ZodType<T>, answer: unknown, doing: string): T {
  const result = schema.safeParse(answer)
  if (result.success) return result.data
  const where = result.error.issues[0]?.path.join('.') ?? ''
  throw new DrydockError('DD_ENGINE_ANSWER', { detail: `${doing}: ${where || 'not the document expected'}` })
}

/** The engine writes absent lists and maps as null. */
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? [])
const map = <T extends z.ZodType>(item: T) =>
  z
    .record(z.string(), item)
    .nullish()
    .transform((value) => value ?? {})
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const number = z.number().finite()

export const hexId = z.string().regex(/^[0-9a-f]{64}$/)
export const imageId = z.string().regex(/^sha256:[0-9a-f]{64}$/)

export const VersionAnswer = z
  .object({
    Version: z.string(),
    ApiVersion: z.string().regex(/^1\.\d{1,3}$/),
    MinAPIVersion: z
      .string()
      .regex(/^1\.\d{1,3}$/)
      .optional(),
    Os: text,
    Arch: text,
    Components: list(z.object({ Name: z.string(), Version: z.string() })),
  })
  .transform((v) => ({
    minApiVersion: v.MinAPIVersion,
    facts: {
      version: v.Version,
      apiVersion: v.ApiVersion,
      os: v.Os,
      arch: v.Arch,
      components: Object.fromEntries(v.Components.map((c) => [c.Name, c.Version])),
    } satisfies EngineVersion,
  }))

export const ContainerAnswer = z
  .looseObject({
    Id: hexId,
    Name: z.string(),
    Image: z.string(),
    State: z.object({
      Running: z.boolean(),
      ExitCode: number,
      OOMKilled: z.boolean().default(false),
      Pid: number,
    }),
    NetworkSettings: z.object({
      IPAddress: text, // gone since API 1.52
      Ports: map(z.array(z.object({ HostPort: z.string() })).nullable()),
      Networks: map(z.object({ IPAddress: text })),
    }),
  })
  .transform((c, context): ContainerFacts => {
    const ports = Object.entries(c.NetworkSettings.Ports).flatMap(([key, bindings]) => {
      const [port, protocol] = key.split('/')
      return (bindings ?? []).map((b) => ({
        container: Number(port),
        protocol: protocol ?? 'tcp',
        host: Number(b.HostPort),
      }))
    })
    if (ports.some((p) => !Number.isInteger(p.container) || !Number.isInteger(p.host)))
      context.addIssue({ code: 'custom', message: 'not a port', path: ['NetworkSettings', 'Ports'] })
    const networkIp = Object.values(c.NetworkSettings.Networks).find((n) => n.IPAddress)?.IPAddress
    return {
      id: c.Id,
      name: c.Name.replace(/^\//, ''),
      imageId: c.Image,
      running: c.State.Running,
      exitCode: c.State.ExitCode,
      oomKilled: c.State.OOMKilled,
      pid: c.State.Pid,
      ip: networkIp ?? c.NetworkSettings.IPAddress,
      // One published port is bound once for IPv4 and once for IPv6.
      ports: ports.filter((p, i) => ports.findIndex((q) => JSON.stringify(q) === JSON.stringify(p)) === i),
      raw: c,
    }
  })

/** Whether a container's output is framed (no tty) is only in its config before API 1.42. */
export const TtyAnswer = z.object({ Config: z.object({ Tty: z.boolean() }) })

export const ContainersAnswer = z.array(
  z
    .object({
      Id: hexId,
      Names: list(z.string()),
      Image: text,
      ImageID: text,
      State: text,
      Labels: map(z.string()),
    })
    .transform(
      (c): ContainerSummary => ({
        id: c.Id,
        names: c.Names.map((name) => name.replace(/^\//, '')),
        image: c.Image,
        imageId: c.ImageID,
        running: c.State === 'running',
        labels: c.Labels,
      }),
    ),
)

export const ImageAnswer = z
  .looseObject({
    Id: imageId,
    RepoTags: list(z.string()),
    RepoDigests: list(z.string()),
    RootFS: z.object({ Layers: list(imageId) }),
    Size: number,
    Config: z
      .object({
        User: text,
        Env: list(z.string()),
        Entrypoint: list(z.string()),
        Cmd: list(z.string()),
        WorkingDir: text,
        Labels: map(z.string()),
        ExposedPorts: map(z.unknown()),
        Volumes: map(z.unknown()),
      })
      .nullish(),
  })
  .transform(
    (i): ImageFacts => ({
      id: i.Id,
      tags: i.RepoTags,
      digests: i.RepoDigests,
      layers: i.RootFS.Layers,
      user: i.Config?.User ?? '',
      env: i.Config?.Env ?? [],
      entrypoint: i.Config?.Entrypoint ?? [],
      cmd: i.Config?.Cmd ?? [],
      workingDir: i.Config?.WorkingDir ?? '',
      labels: i.Config?.Labels ?? {},
      exposedPorts: Object.keys(i.Config?.ExposedPorts ?? {}),
      volumes: Object.keys(i.Config?.Volumes ?? {}),
      sizeBytes: i.Size,
      raw: i,
    }),
  )

export const HistoryAnswer = z.array(
  z
    .object({
      Id: text,
      Created: number,
      CreatedBy: text,
      Size: number,
      Comment: text,
      Tags: list(z.string()),
    })
    .transform(
      (h): HistoryLine => ({
        id: h.Id,
        created: h.Created,
        createdBy: h.CreatedBy,
        sizeBytes: h.Size,
        comment: h.Comment,
        tags: h.Tags,
      }),
    ),
)

export const WaitAnswer = z.object({
  StatusCode: number,
  Error: z.object({ Message: z.string() }).nullish(),
})

/** What dockerode makes of the answer to a creation. */
export const CreatedRef = z.object({ id: hexId })

/** An exec's exit code is null, or the process still runs, for a moment after its output ended. */
export const ExecAnswer = z.object({ Running: z.boolean(), ExitCode: number.nullable() })

export const ImagesAnswer = z.array(
  z.object({ Id: imageId, Labels: map(z.string()), RepoTags: list(z.string()) }),
)
export const BuildCacheAnswer = z.object({
  BuildCache: list(z.object({ ID: text, Description: text, Type: text })),
})
export const VolumesAnswer = z.object({
  Volumes: list(z.object({ Name: z.string(), Labels: map(z.string()) })),
})

export const BuiltImage = z.object({ ID: imageId })

/** One line of a load's or a build's answer. */
export const LineAnswer = z.object({
  id: z.string().optional(),
  stream: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string() }).optional(),
  aux: z.unknown().optional(),
})
export type LineAnswer = z.infer<typeof LineAnswer>
