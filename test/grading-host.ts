import { join } from 'node:path'
import type { BerthHost } from '../backend/berth/port.ts'
import type { GradingHost } from '../backend/check/host.ts'
import { openEngine } from '../backend/engine/open.ts'
import { openRegistry } from '../backend/registry/registry.ts'

/** A fresh berth to grade in, with its registry, as the server opens one. Everything ends with it. */
export async function openGradingHost(berths: BerthHost): Promise<GradingHost & AsyncDisposable> {
  const owned = new AsyncDisposableStack()
  try {
    const berth = owned.use(await berths.open())
    const engine = owned.use(openEngine({ socketPath: berth.engineSocket }))
    const registry = owned.use(await openRegistry({ socketPath: join(berth.servicesDir, 'registry.sock') }))
    return {
      engine,
      setCanary: (canary) => registry.setToken(canary),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    }
  } catch (error) {
    await owned.disposeAsync()
    throw error
  }
}
