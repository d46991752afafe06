import type { GradingHost } from '../backend/check/host.ts'
import { openEngine } from '../backend/engine/open.ts'

/**
 * A fresh place to grade in, for tests. `DRYDOCK_TEST_ENGINE` (a Docker engine's URL) stands in for a berth: there is no registry.lab then,
 * and the port limit that berths have is set on every container that does not set it itself.
 */
export async function openGradingHost(): Promise<GradingHost & AsyncDisposable> {
  const url = process.env.DRYDOCK_TEST_ENGINE
  if (!url) throw new Error('set DRYDOCK_TEST_ENGINE')
  const engine = openEngine({ url })
  const create = engine.create.bind(engine)
  const runOnce = engine.runOnce.bind(engine)
  const limit = 'net.ipv4.ip_unprivileged_port_start'
  const limited = <S extends { network?: string; sysctls?: Record<string, string> }>(spec: S): S =>
    spec.network === undefined || spec.network === 'bridge' ? { ...spec, sysctls: { [limit]: '1024', ...spec.sysctls } } : spec
  engine.create = (spec) => create(limited(spec))
  engine.runOnce = (spec, options) => runOnce(limited(spec), options)
  return {
    engine,
    [Symbol.asyncDispose]: async () => {
      await engine.reap()
      await engine[Symbol.asyncDispose]()
    },
  }
}
