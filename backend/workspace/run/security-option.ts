import type { Apply } from './draft.ts'
import { fileIn } from './workspace-file.ts'

/** `--security-opt`. A seccomp profile is a file of the workspace; the engine gets its content, as from the docker command. */
export const securityOption: Apply = (draft, value) => {
  const { spec } = draft
  if (value === 'systempaths=unconfined') {
    spec.systemPathsUnconfined = true
    return
  }
  const option = value === 'no-new-privileges' ? value : readOption(value, draft.scope)
  if (!option) return 'security'
  spec.securityOpt = [...(spec.securityOpt ?? []), option]
}

function readOption(value: string, scope: Parameters<typeof fileIn>[0]): string | undefined {
  // "name:value" is the old spelling, still understood.
  const [, name, setting] = /^([^=:]+)(?:=|:)(.+)$/s.exec(value) ?? []
  if (!name || !setting) return undefined
  if (name !== 'seccomp' || setting === 'unconfined' || setting === 'builtin') return value
  const profile = fileIn(scope, setting)
  if (!profile) return undefined
  try {
    return `seccomp=${JSON.stringify(JSON.parse(profile.toString('utf8')))}`
  } catch {
    return undefined
  }
}
