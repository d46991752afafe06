import type { ContainerSpec, Engine } from '../engine/port.ts'
import { buildContext } from '../workspace/context.ts'

/** The kernel's classic limit, which berths set for every container and lessons rest on; engines since 20.03 set it to 0. */
const CLASSIC_PORT_LIMIT = { 'net.ipv4.ip_unprivileged_port_start': '1024' }

/**
 * A given engine as one part of the lab may use it: what is built and run gets the part's own names, so that nothing of the operator's is
 * replaced, and the lab's defaults. Everything carries the lab's labels (engine/labels.ts).
 */
export function underOwnName(engine: Engine, name: string): Engine {
  const own: Partial<Engine> = {
    build: (request) => engine.build({ ...request, tag: name }),
    create: (spec) => engine.create(withLabDefaults({ ...spec, ...(spec.name && { name }) })),
    runOnce: (spec, options) =>
      engine.runOnce({ ...spec, ...(spec.name && { name: `${name}-once` }) }, options),
  }
  return new Proxy(engine, {
    get(target, key) {
      const value = Reflect.get(own, key) ?? Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function withLabDefaults(spec: ContainerSpec): ContainerSpec {
  // A network that is not the container's own cannot be set up by it.
  if (spec.network === 'host' || spec.network?.startsWith('container:')) return spec
  return { ...spec, sysctls: { ...CLASSIC_PORT_LIMIT, ...spec.sysctls } }
}

/** The image of the lab's probes; a berth has it baked in, a given engine makes it from busybox's own. */
export async function ensureProbe(engine: Engine, image: string, signal?: AbortSignal): Promise<void> {
  if (await engine.imageInspect(image).catch(() => undefined)) return
  const dockerfileText = 'FROM busybox:stable-musl\n'
  const files = new Map([['Dockerfile', { content: Buffer.from(dockerfileText), mode: 0o644 }]])
  await engine.build({ context: buildContext(files), dockerfileText, tag: image, signal })
}
