import { Readable } from 'node:stream'
import { DrydockError } from '../errors.ts'
import * as answers from './answers.ts'
import type { Connection } from './docker.ts'
import { jsonLines } from './json-lines.ts'
import type * as port from './port.ts'
import { printable } from './wire.ts'

/** A name, tag, digest or id, and nothing that would reach another path of the API. */
function imageRef(image: string): string {
  if (/^[a-zA-Z0-9][\w.\-/:@]*$/.test(image) && !image.includes('..')) return image
  throw new DrydockError('DD_ENGINE_REFUSED', {
    detail: `invalid reference format: ${printable(image.slice(0, 100))}`,
    status: 400,
  })
}

export async function inspect(c: Connection, image: string): Promise<port.ImageFacts> {
  const ref = imageRef(image)
  return c.ask('inspect image', answers.ImageAnswer, (api, abortSignal) =>
    api.getImage(ref).inspect({ abortSignal } as object),
  )
}

export async function history(c: Connection, image: string): Promise<port.HistoryLine[]> {
  const ref = imageRef(image)
  return c.ask('history of image', answers.HistoryAnswer, (api) => api.getImage(ref).history())
}

export async function list(c: Connection): Promise<port.ImageSummary[]> {
  const found = await c.ask('list images', answers.ImagesAnswer, (api, abortSignal) =>
    api.listImages({ all: true, abortSignal } as object),
  )
  // An image without a name is listed as <none>:<none>.
  return found.map(({ Id, RepoTags }) => ({
    id: Id,
    tags: RepoTags.filter((tag) => !tag.startsWith('<none>')),
  }))
}

/** The engine measures every image and volume for this answer, which can take seconds. */
export async function buildCache(c: Connection): Promise<port.BuildCacheRecord[]> {
  const usage = await c.ask('disk usage', answers.BuildCacheAnswer, (api) => api.df())
  return usage.BuildCache.map(({ ID, Description, Type }) => ({
    id: ID,
    description: Description,
    type: Type,
  }))
}

export async function save(c: Connection, image: string, signal?: AbortSignal): Promise<Readable> {
  const ref = imageRef(image)
  const { idleMs } = c.limits
  const source = await c.stream('save image', (api) => api.getImage(ref).get(), { signal, idleMs })
  return Readable.from(source, { objectMode: false })
}

/** The engine unpacks while it reads and says nothing meanwhile, so the whole load has a build's time. */
export async function load(c: Connection, archive: Readable, signal?: AbortSignal): Promise<string[]> {
  const { buildMs: ms, idleMs, buildBytes: maxBytes } = c.limits
  const source = await c.stream(
    'load image',
    (api, _wire, abortSignal) => api.loadImage(archive, { quiet: true, abortSignal } as object),
    { signal, ms, idleMs, maxBytes },
  )
  const loaded: string[] = []
  for await (const line of jsonLines(source, c.limits.lineBytes, 'load image')) {
    if (line.error !== undefined)
      throw new DrydockError('DD_ENGINE_REFUSED', { detail: printable(line.error), status: 500 })
    const name = /^Loaded image(?: ID)?: (\S+)/.exec(line.stream ?? '')?.[1]
    if (name) loaded.push(name)
  }
  return loaded
}
