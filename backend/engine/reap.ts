import { z } from 'zod'
import { ContainersAnswer, ImagesAnswer, VolumesAnswer } from './answers.ts'
import { refusedWith, remove, removeVolume } from './containers.ts'
import type { Connection } from './docker.ts'
import { isOwn, ownFilter } from './labels.ts'

export interface Reaped {
  containers: number
  images: number
  volumes: number
}

/** Removes what carries Drydock's labels (with `owner`: that owner's alone), and nothing else. For engines that outlive the lab. */
export async function reap(c: Connection, owner?: string): Promise<Reaped> {
  const filters = ownFilter(owner)
  const containers = await c.ask('list containers', ContainersAnswer, (api, abortSignal) =>
    api.listContainers({ all: true, filters, abortSignal }),
  )
  const ownContainers = containers.filter((found) => isOwn(found.labels, owner))
  for (const { id } of ownContainers) await remove(c, { id })

  const images = await c.ask('list images', ImagesAnswer, (api, abortSignal) =>
    api.listImages({ filters, abortSignal } as object),
  )
  let removedImages = 0
  for (const { Id, Labels } of images) {
    if (!isOwn(Labels, owner)) continue
    removedImages += await removeImage(c, Id)
  }

  const { Volumes } = await c.ask('list volumes', VolumesAnswer, (api, abortSignal) =>
    api.listVolumes({ filters, abortSignal } as object),
  )
  const ownVolumes = Volumes.filter((found) => isOwn(found.Labels, owner))
  for (const { Name } of ownVolumes) await removeVolume(c, Name)
  return { containers: ownContainers.length, images: removedImages, volumes: ownVolumes.length }
}

/** 409: another container, not ours, uses it. 404: it went with a child. */
async function removeImage(c: Connection, id: string): Promise<number> {
  try {
    await c.ask('remove image', z.unknown(), (api, abortSignal) =>
      api.getImage(id).remove({ force: true, abortSignal } as object),
    )
    return 1
  } catch (error) {
    if (refusedWith(error, 404, 409)) return 0
    throw error
  }
}
