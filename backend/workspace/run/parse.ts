import { WORKSPACE_DIR } from '../../agent/protocol.ts'
import type { ContainerSpec } from '../../container-spec.ts'
import { DrydockError } from '../../errors.ts'
import { type FlagUse, readFlags } from './read-flags.ts'
import { readCommands, type ShellScope, shorten, type Word } from './shell-words.ts'
import { toSpec } from './to-spec.ts'

/** What the run command may refer to. */
export interface RunContext {
  /** The image it has to run: `web`. */
  image: string
  /** For `--env-file` and its like. */
  files: ReadonlyMap<string, { content: Buffer }>
  /** `$PWD` */
  workingDir: string
  /** `$(id -u)` */
  uid: number
  gid: number
  /** Named in messages. */
  file: string
}

/** The conventions of every lesson: `run.sh`, the image `web`, the learner's user and folder in a berth. */
export function lessonRun(files: RunContext['files']): RunContext {
  return { image: 'web', files, workingDir: WORKSPACE_DIR, uid: 1000, gid: 1000, file: 'run.sh' }
}

export interface ParsedRun {
  spec: ContainerSpec
  detach: boolean
  flags: FlagUse[]
  image: string
  /** What follows the image. */
  command: string[]
  /** The words as the shell would hand them over: `docker`, `run`, … */
  argv: string[]
  file: string
  workingDir: string
  /** Where `docker run` stands. */
  line: number
}

/**
 * A script with exactly one `docker run` of the context's image, as data; nothing is executed. Every refusal is a DrydockError
 * whose code begins with DD_RUN_ and which names the line.
 */
export function parseRunCommand(text: string, context: RunContext): ParsedRun {
  const scope: ShellScope = { ...context, paths: context.files.keys() }
  let run: { words: Word[]; argv: string[] } | undefined
  for (const words of readCommands(text, { ...scope, paths: [...scope.paths] })) {
    const argv = dockerRun(words, context, run !== undefined)
    if (!argv) continue
    if (run) {
      const place = { file: context.file, line: words[0]!.line, first: run.words[0]!.line }
      throw new DrydockError('DD_RUN_TWICE', place)
    }
    run = { words: argv, argv: words.map((word) => word.text) }
  }
  if (!run) throw new DrydockError('DD_RUN_MISSING', { file: context.file, image: context.image })
  return readRun(run.words, run.argv, context)
}

function readRun(words: Word[], argv: string[], context: RunContext): ParsedRun {
  const docker = words[0]!
  const { flags, rest } = readFlags(words.slice(1), context)
  const [image, ...command] = rest
  if (!image || !isImage(image.text, context.image)) {
    throw new DrydockError('DD_RUN_IMAGE', {
      file: context.file,
      line: image?.line ?? docker.line,
      image: image ? shorten(image.text) || '""' : 'none',
      expected: context.image,
    })
  }
  const { file, workingDir } = context
  const wanted = command.map((word) => word.text)
  const { spec, detach } = toSpec(context.image, wanted, flags, context)
  return {
    spec,
    detach,
    flags,
    image: context.image,
    command: wanted,
    argv,
    file,
    workingDir,
    line: docker.line,
  }
}

/** Docker's other names for a local image. */
function isImage(written: string, image: string): boolean {
  return written.replace(/^((index\.)?docker\.io\/)?(library\/)?/, '').replace(/:latest$/, '') === image
}

/** The words from `run` on when it is a `docker run`; undefined for what has no effect on the container. DD_RUN_COMMAND for all else. */
function dockerRun(words: Word[], context: RunContext, afterRun: boolean): Word[] | undefined {
  const [first, ...others] = words as [Word, ...Word[]]
  const refuse = (reason: string, command = first.text): never => {
    throw new DrydockError('DD_RUN_COMMAND', {
      file: context.file,
      line: first.line,
      command: shorten(command),
      reason,
    })
  }
  switch (first.text) {
    case 'exec':
      return others.length > 0 ? dockerRun(others as [Word], context, afterRun) : refuse('other')
    case 'set':
      return others.every((word) => /^([-+][a-zA-Z]+|pipefail|errexit|nounset|xtrace)$/.test(word.text))
        ? undefined
        : refuse('other')
    case 'cd':
      return others.length === 1 && ['.', './', context.workingDir].includes(others[0]!.text)
        ? undefined
        : refuse('other')
    case 'sudo':
      return refuse('sudo')
    case 'docker': {
      const sub = others[0]?.text === 'container' ? others.slice(1) : others
      if (sub[0]?.text === 'run') return sub
      return refuse(
        sub[0]?.text.startsWith('-') ? 'global' : 'other',
        words
          .slice(0, 4)
          .map((w) => w.text)
          .join(' '),
      )
    }
    default:
      if (afterRun && first.text.startsWith('-')) return refuse('continuation')
      return refuse(!first.quoted && /^[A-Za-z_]\w*=/.test(first.text) ? 'assignment' : 'other')
  }
}
