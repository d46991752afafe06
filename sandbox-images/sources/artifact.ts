import { rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PrepareRequest } from '../recipe.ts'

/**
 * One file of a build context. It has its final name only when it is complete, so an interrupted preparation goes on
 * where it stopped.
 */
export async function artifact(
  request: PrepareRequest,
  image: string,
  file: string,
  make: (path: string, step: (detail: string) => void) => Promise<void>,
): Promise<void> {
  const path = join(request.dir, file)
  const report = request.onProgress ?? (() => {})
  const present = await stat(path).catch(() => undefined)
  if (present) return report({ image, file, phase: 'reused', bytes: present.size })
  const partial = `${path}.partial`
  await rm(partial, { force: true, recursive: true })
  report({ image, file, phase: 'started' })
  try {
    request.signal?.throwIfAborted()
    await make(partial, (detail) => report({ image, file, phase: 'step', detail }))
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true, recursive: true })
    throw error
  }
  report({ image, file, phase: 'ready', bytes: (await stat(path)).size })
}
