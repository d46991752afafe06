import type { DockerfileView, Instruction } from './dockerfile.ts'

/** The instruction that made a step of an image's history, by its text; undefined when none or more than one kind fits. */
export function stepOfCommand(view: DockerfileView, createdBy: string): Instruction | undefined {
  const made = squeeze(createdBy)
  if (made === '') return undefined
  return view.instructions.findLast(({ keyword, argument }) => {
    // Flags such as --mount and the brackets of the exec form are not in the history as they are in the file.
    const words = squeeze(argument.replace(/(^|\s)--[a-z]+(=\S+)?/g, ' ')).replace(/^\[|\]$/g, '')
    const plain = words.replace(/^"|"$/g, '').replace(/", ?"/g, ' ')
    if (plain === '') return false
    if (keyword === 'RUN') return made.includes(plain)
    return made.startsWith(keyword) && (made.includes(plain) || firstWords(made, plain))
  })
}

/** COPY's and ADD's history ends in what BuildKit adds; the sources and the target stand first. */
function firstWords(made: string, plain: string): boolean {
  return made
    .replace(/^\w+ /, '')
    .replace(/ # buildkit$/, '')
    .startsWith(plain)
}

function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
