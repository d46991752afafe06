import { Readable } from 'node:stream'
import { z } from 'zod'
import { DrydockError } from '../errors.ts'
import * as answers from './answers.ts'
import { createBody, namedVolumes } from './container-spec.ts'
import type { AskOptions, Connection } from './docker.ts'
import type * as port from './port.ts'

/** What the engine answers where nothing in it matters. */
export const Nothing = z.unknown()

/** An id or a name, and nothing that would reach another path of the API. */
export function refId(container: port.ContainerRef): string {
  if (/^[a-zA-Z0-9][\w.-]*$/.test(container.id)) return container.id
  throw new DrydockError('DD_ENGINE_REFUSED', {
    detail: `invalid container name: ${container.id.slice(0, 100)}`,
    status: 400,
  })
}

/** Whether the engine refused with one of these HTTP statuses. */
export function refusedWith(error: unknown, ...statuses: number[]): boolean {
  return (
    error instanceof DrydockError &&
    error.code === 'DD_ENGINE_REFUSED' &&
    statuses.includes(Number(error.vars.status))
  )
}

const tolerate =
  (...statuses: number[]) =>
  (error: unknown) => {
    if (!refusedWith(error, ...statuses)) throw error
  }

export async function create(
  c: Connection,
  spec: port.ContainerSpec,
  options?: AskOptions,
): Promise<port.ContainerRef> {
  for (const volume of namedVolumes(spec))
    await c.ask(
      'create volume',
      Nothing,
      (api, abortSignal) =>
        api.createVolume({ _query: {}, _body: { Name: volume, Labels: c.labels }, abortSignal } as object),
      options,
    )
  const body = { _query: { name: spec.name }, _body: createBody(spec, c.labels) }
  const { id } = await c.ask(
    'create container',
    answers.CreatedRef,
    (api, abortSignal) => api.createContainer({ ...body, abortSignal } as object),
    options,
  )
  return { id }
}

/** Started already is fine. */
export async function start(
  c: Connection,
  container: port.ContainerRef,
  options?: AskOptions,
): Promise<void> {
  const id = refId(container)
  await c
    .ask(
      'start container',
      Nothing,
      (api, abortSignal) => api.getContainer(id).start({ abortSignal }),
      options,
    )
    .catch(tolerate(304))
}

/** Stopped already is fine. */
export async function stop(c: Connection, container: port.ContainerRef, graceSeconds: number): Promise<void> {
  const id = refId(container)
  const ms = graceSeconds * 1000 + c.limits.answerMs
  await c
    .ask(
      'stop container',
      Nothing,
      (api, abortSignal) => api.getContainer(id).stop({ t: graceSeconds, abortSignal }),
      {
        ms,
      },
    )
    .catch(tolerate(304))
}

/** 409: its removal is under way already. */
export async function remove(c: Connection, container: port.ContainerRef): Promise<void> {
  const id = refId(container)
  await c
    .ask('remove container', Nothing, (api, abortSignal) =>
      api.getContainer(id).remove({ force: true, v: true, abortSignal }),
    )
    .catch(tolerate(404, 409))
}

export async function inspect(c: Connection, container: port.ContainerRef): Promise<port.ContainerFacts> {
  const id = refId(container)
  return c.ask('inspect container', answers.ContainerAnswer, (api, abortSignal) =>
    api.getContainer(id).inspect({ abortSignal }),
  )
}

export async function wait(
  c: Connection,
  container: port.ContainerRef,
  options: AskOptions = {},
): Promise<{ exitCode: number }> {
  const id = refId(container)
  const answer = await c.ask(
    'wait for container',
    answers.WaitAnswer,
    (api, abortSignal) => api.getContainer(id).wait({ abortSignal }),
    { ms: Infinity, ...options },
  )
  if (answer.Error) throw new DrydockError('DD_ENGINE_REFUSED', { detail: answer.Error.Message, status: 500 })
  return { exitCode: answer.StatusCode }
}

export async function list(
  c: Connection,
  filter: { labels?: Record<string, string>; names?: string[]; all?: boolean } = {},
): Promise<port.ContainerSummary[]> {
  const { labels = {}, names, all = false } = filter
  const label = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  const found = await c.ask('list containers', answers.ContainersAnswer, (api, abortSignal) =>
    api.listContainers({ all, filters: { label, ...(names && { name: names }) }, abortSignal }),
  )
  // The engine's name filter matches parts of names.
  return names ? found.filter((container) => container.names.some((name) => names.includes(name))) : found
}

export async function copyFrom(c: Connection, container: port.ContainerRef, path: string): Promise<Readable> {
  const id = refId(container)
  const { idleMs } = c.limits
  const source = await c.stream(
    'copy from container',
    (api, _wire, abortSignal) => api.getContainer(id).getArchive({ path, abortSignal }),
    { idleMs },
  )
  return Readable.from(source, { objectMode: false })
}

/** Missing is fine. */
export async function removeVolume(c: Connection, name: string): Promise<void> {
  const id = refId({ id: name })
  await c
    .ask('remove volume', Nothing, (api, abortSignal) => api.getVolume(id).remove({ abortSignal } as object))
    .catch(tolerate(404))
}
