import type { ContainerSpec } from '../engine/port.ts'
import { DrydockError } from '../errors.ts'
import type { WorkspaceFiles } from '../workspace/files.ts'
import { checkAllowed, lessonRun, parseRunCommand, type RunContext } from '../workspace/run-command.ts'

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
  return read(files, lessonRun(files))
}

/** The container in front of the app: its own image is `web` too, or one of the lab's base images. */
const PROXY_FILE = 'proxy.sh'
const PROXY_IMAGES = ['node:22-slim', 'debian:bookworm-slim']

/** proxy.sh as a container; undefined when the workspace has none. DD_RUN_* as for run.sh. */
export function readProxyFile(files: WorkspaceFiles): RunFile | undefined {
  const text = files.get(PROXY_FILE)?.content.toString('utf8')
  if (text === undefined) return undefined
  const context = lessonRun(files)
  const image = PROXY_IMAGES.find((name) => text.split(/\s+/).includes(name)) ?? context.image
  return read(files, { ...context, file: PROXY_FILE, image })
}

function read(files: WorkspaceFiles, context: RunContext): RunFile {
  const { file, image } = context
  const found = files.get(file)
  if (!found || found.kind) throw new DrydockError('DD_RUN_MISSING', { file, image })
  const parsed = parseRunCommand(found.content.toString('utf8'), context)
  checkAllowed(parsed)
  const lineOf = (flag: string) => parsed.flags.find(({ name }) => name === flag)?.line
  return { file, spec: parsed.spec, line: parsed.line, lineOf }
}
