import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bake } from '../backend/berth/bake.ts'
import { connectBerthHost } from '../backend/berth/client.ts'
import { Launcher } from '../backend/cli/launcher.ts'
import { cacheOf, defaultData } from '../backend/cli/places.ts'

/**
 * For the tests on real Docker hosts: one launcher for all of them, with a data folder of its own and the shared bake cache.
 *
 *     DRYDOCK_TEST_LAUNCHER   its socket, for connectBerthHost
 *     DRYDOCK_TEST_ENGINE     a berth's engine socket; one that is set already is left alone, and then nothing needs root
 */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.getuid?.() !== 0) {
    if (process.env.DRYDOCK_TEST_ENGINE) return async () => {}
    throw new Error('the tests on real Docker hosts need root: sudo npm test')
  }
  const owned = new AsyncDisposableStack()
  try {
    const cache = cacheOf(process.env.DRYDOCK_DATA || defaultData(process.env), process.env)
    await bake({ cacheDir: cache })
    const data = await mkdtemp('/var/tmp/drydock-test-') // on disk: a berth's disk in a memory file system would count twice
    owned.defer(() => rm(data, { recursive: true, force: true }))
    const socket = join(data, 'launcher.sock')
    const stop = new AbortController()
    const launcher = owned.use(
      new Launcher({ data, cache, socket, log: join(data, 'launcher.log') }, { uid: 0, gid: 0 }, stop.signal),
    )
    await launcher.ready()
    process.env.DRYDOCK_TEST_LAUNCHER = socket
    if (!process.env.DRYDOCK_TEST_ENGINE) {
      const host = owned.use(await connectBerthHost({ socketPath: socket }))
      const berth = owned.use(await host.open())
      process.env.DRYDOCK_TEST_ENGINE = berth.engineSocket
      owned.defer(() => void delete process.env.DRYDOCK_TEST_ENGINE)
    }
    return () => owned.disposeAsync()
  } catch (error) {
    await owned.disposeAsync()
    throw error
  }
}
