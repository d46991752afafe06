import { join } from 'node:path'
import type { BerthHost } from '../berth/port.ts'
import type { Clock } from '../clock.ts'
import { openEngine } from '../engine/open.ts'
import { DrydockError } from '../errors.ts'
import { openRegistry } from '../registry/registry.ts'
import type { GradingHost } from './host.ts'

export interface FreshHost extends GradingHost, AsyncDisposable {
  /** Aborts when `signal` does, and with DD_BERTH_DIED when the berth ends while it is used. */
  readonly signal: AbortSignal
}

/** A berth that nobody has touched, with its own registry.lab. DD_BERTH_FULL, DD_BERTH_START, DD_LAUNCHER_GONE. */
export async function openFreshHost(
  berths: BerthHost,
  options: { clock: Clock; signal?: AbortSignal },
): Promise<FreshHost> {
  const owned = new AsyncDisposableStack()
  try {
    const berth = owned.use(await berths.open({ signal: options.signal }))
    const registry = owned.use(
      await openRegistry({ socketPath: join(berth.servicesDir, 'registry.sock'), clock: options.clock }),
    )
    const engine = owned.use(openEngine({ socketPath: berth.engineSocket }, { clock: options.clock }))
    const died = new AbortController()
    void berth.ended.then(({ reason, detail }) => {
      if (reason !== 'stopped') died.abort(new DrydockError('DD_BERTH_DIED', { detail }))
    })
    const signal = options.signal ? AbortSignal.any([options.signal, died.signal]) : died.signal
    return {
      engine,
      signal,
      setCanary: (canary) => registry.setToken(canary),
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    }
  } catch (error) {
    await owned.disposeAsync()
    throw error
  }
}
