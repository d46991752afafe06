import type { ContainerSpec } from '../../container-spec.ts'
import { DrydockError } from '../../errors.ts'
import { APPLY } from './apply-flags.ts'
import type { Draft, Expected, SpecScope } from './draft.ts'
import type { CarriedFlag } from './flag-table.ts'
import type { FlagUse } from './read-flags.ts'
import { shorten } from './shell-words.ts'
import { readPair } from './values.ts'

/** The container that the flags ask for, and whether it runs in the background. DD_RUN_FLAG_VALUE. */
export function toSpec(
  image: string,
  command: string[],
  flags: FlagUse[],
  scope: SpecScope,
): { spec: ContainerSpec; detach: boolean } {
  const draft: Draft = {
    scope,
    spec: { image },
    detach: false,
    fileEnv: [],
    env: [],
    fileLabels: [],
    labels: [],
    health: {},
    noHealth: false,
  }
  const fail = (use: FlagUse, expected: Expected): never => {
    const place = { file: scope.file, line: use.line, flag: use.written }
    throw new DrydockError('DD_RUN_FLAG_VALUE', { ...place, value: shorten(use.value), expected })
  }
  for (const use of flags) {
    const apply = Object.hasOwn(APPLY, use.name) ? APPLY[use.name as CarriedFlag] : undefined
    const expected = apply?.(draft, use.value)
    if (expected) fail(use, expected)
  }
  const conflicting = finish(draft)
  if (conflicting) fail(flags.find((use) => use.name === conflicting)!, 'conflict')
  if (command.length > 0) draft.spec.command = command
  return { spec: draft.spec, detach: draft.detach }
}

/** Puts together what several flags share. The name of a flag that contradicts another, as the docker command sees it. */
function finish({ spec, ...draft }: Draft): CarriedFlag | undefined {
  // Of one name the last -e wins, over --env-file too: the engine takes the later of two.
  const env = [...draft.fileEnv, ...new Map(draft.env.map((pair) => [readPair(pair)[0], pair])).values()]
  if (env.length > 0) spec.env = env
  const labels = [...draft.fileLabels, ...draft.labels]
  if (labels.length > 0) spec.labels = Object.fromEntries(labels.map(readPair))
  if (draft.noHealth) spec.healthcheck = 'none'
  if (Object.keys(draft.health).length > 0) {
    if (draft.noHealth) return 'no-healthcheck'
    spec.healthcheck = draft.health
  }
  if (spec.autoRemove && spec.restart && spec.restart !== 'no') return 'restart'
  if (spec.networkAliases && ['bridge', 'host', 'none', 'default', undefined].includes(spec.network))
    return 'network-alias'
  return undefined
}
