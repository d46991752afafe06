import { posix } from 'node:path'
import type { DockerfileView, Instruction } from './dockerfile.ts'

const { basename } = posix

/** A file that a RUN made of a mounted secret and left in its layer. */
export interface SecretFlow {
  instruction: Instruction
  /** Absolute, as the layer has it. */
  path: string
}

/**
 * How a secret gets into a layer, told from the instruction and not from the bytes: what was enciphered or cut small cannot be found by any
 * search. In a RUN that mounts a secret, a command (one pipeline) that mentions the secret's file, or a variable made of it, and also
 * names a file that this RUN's layer holds, wrote that file from the secret. `filesOf` lists a RUN's files; undefined: not in the image.
 */
export function findSecretFlows(
  view: DockerfileView,
  filesOf: (run: Instruction) => readonly string[] | undefined,
  /** Files that the image took from its other stages. */
  copied: readonly string[] = [],
): SecretFlow[] {
  return view.instructions
    .filter(({ keyword, flags }) => keyword === 'RUN' && flags.some(isSecretMount))
    .flatMap((run) => {
      const files = filesOf(run)
      const directory = workingDirOf(view, run)
      const { words, targets } = wordsFromSecret(run)
      const named = files
        ? words.flatMap((word) => files.filter((file) => names(word, file, directory)))
        : targets.flatMap((word) => copied.filter((file) => names(basename(word), basename(file), '')))
      return [...new Set(named)].map((path) => ({ instruction: run, path }))
    })
}

function isSecretMount(flag: string): boolean {
  return /^--mount=(.*,)?type=secret(,|$)/.test(flag)
}

/** Words of the pipelines that handle a secret, and those among them that output goes to. */
function wordsFromSecret(run: Instruction): { words: string[]; targets: string[] } {
  const marks = run.flags.filter(isSecretMount).flatMap(marksOf)
  const words: string[] = []
  const targets: string[] = []
  for (const pipeline of run.argument.split(/&&|\|\||;|\n/)) {
    if (!marks.some((mark) => mark.test(pipeline))) continue
    for (const [, name] of pipeline.matchAll(/(?:^|[\s("'`])([A-Za-z_]\w*)=/g)) marks.push(variable(name!))
    const outputs = pipeline.matchAll(/(?:>>?|\btee(?: -a)?) *([^\s"'`()<>|&;]+)/g)
    targets.push(...[...outputs].map((match) => match[1]!))
    words.push(...pipeline.split(/[\s"'`()<>|&;=,]+/).filter(Boolean))
  }
  return { words, targets }
}

/** How a command can mention what this mount brings: by its path or, with `env=`, by a variable. */
function marksOf(flag: string): RegExp[] {
  const options = new Map(
    flag
      .slice('--mount='.length)
      .split(',')
      .map((pair) => [pair.split('=')[0]!, pair.split('=').slice(1).join('=')] as const),
  )
  const env = options.get('env')
  const id = options.get('id') ?? options.get('source') ?? options.get('src') ?? ''
  const target = options.get('target') ?? options.get('dst') ?? options.get('destination')
  // A command may also come to it by its folder, as in `cd /run/secrets` or `tar -C /run/secrets`.
  const paths = target ? [target] : env ? [] : [`/run/secrets/${id}`, '/run/secrets']
  return [...paths.map((path) => new RegExp(literally(path))), ...(env ? [variable(env)] : [])]
}

function variable(name: string): RegExp {
  return new RegExp(String.raw`\$(\{[#!]?)?${name}\b`)
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** Whether a word of the command can stand for this file. A variable in it stands for anything but a slash. */
function names(word: string, file: string, directory: string): boolean {
  if (/^[$*]+$/.test(word) || /^\$\{?\w+\}?$/.test(word)) return false
  const absolute = word.startsWith('~/')
    ? `/root/${word.slice(2)}`
    : directory === ''
      ? word
      : posix.resolve(directory, word)
  const parts = absolute.split(/(\$\{[^}]*\}|\$\w+|\*)/)
  return new RegExp(`^${parts.map((part, index) => (index % 2 ? '[^/]*' : literally(part))).join('')}$`).test(
    file,
  )
}

/** The folder that relative names of this RUN begin from. */
function workingDirOf(view: DockerfileView, run: Instruction): string {
  let directory = '/'
  for (const { keyword, argument, stage, line } of view.instructions) {
    if (stage === run.stage && line < run.line && keyword === 'WORKDIR')
      directory = posix.resolve(directory, argument)
  }
  return directory
}
