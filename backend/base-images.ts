import { DrydockError } from './errors.ts'

/**
 * Where `node:22-slim` and the other official images come from. `built`: from Debian's and npm's packages. `pulled`: from a registry, or
 * the bake fails. `auto`: pulled where a registry answers within seconds, else built. Reasons: sandbox-images/README.md.
 */
export const BASE_IMAGES = ['built', 'pulled', 'auto'] as const
export type BaseImages = (typeof BASE_IMAGES)[number]

/** Undefined where nothing is said: then what is baked already will do, else they are built. `value` is what the operator said, `name` how. DD_CONFIG_VALUE. */
export function baseImages(value: string | undefined, name = 'DRYDOCK_BASE_IMAGES'): BaseImages | undefined {
  if (!value) return undefined
  const found = BASE_IMAGES.find((one) => one === value)
  if (!found) throw new DrydockError('DD_CONFIG_VALUE', { name, value, wanted: BASE_IMAGES.join(', ') })
  return found
}
