import type { ContainerSpec } from '../engine/port.ts'
import { DrydockError } from '../errors.ts'
import type { WorkspaceFiles } from '../workspace/files.ts'
import { checkAllowed, lessonRun, parseRunCommand } from '../workspace/run-command.ts'

export interface RunFile {
  file: string
  spec: ContainerSpec
  /** The line of the first flag with this long name. */
  lineOf(flag: string): number | undefined
  /** Where `docker run` stands. */
  line: number
}

/** run.sh as a container. DD_RUN_* for what is not one allowed docker run. */
export function readRunFile(files: WorkspaceFiles): RunFile {
  const context = lessonRun(files)
  const { file, image } = context
  const found = files.get(file)
  if (!found || found.kind) throw new DrydockError('DD_RUN_MISSING', { file, image })
  const parsed = parseRunCommand(found.content.toString('utf8'), context)
  checkAllowed(parsed)
  const lineOf = (flag: string) => parsed.flags.find(({ name }) => name === flag)?.line
  return { file, spec: parsed.spec, line: parsed.line, lineOf }
}
