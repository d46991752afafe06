import type { SpecScope } from './draft.ts'

/** The file that a path of the run command names, when it is one of the workspace. */
export function fileIn(scope: SpecScope, path: string): Buffer | undefined {
  const prefix = `${scope.workingDir}/`
  const relative = (path.startsWith(prefix) ? path.slice(prefix.length) : path).replace(/^(\.\/)+/, '')
  return scope.files.get(relative)?.content
}
