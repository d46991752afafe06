import type { ImageDescription, Layer } from '../image/index.ts'
import type { DockerfileView, Instruction } from './dockerfile.ts'
import { stepOfCommand } from './dockerfile-step.ts'

/** The files that came from the image's other stages, as absolute paths. */
export function filesFromStages(image: ImageDescription): string[] {
  return image.layers.filter(({ command }) => /^COPY\b/.test(command)).flatMap(writtenFiles)
}

/** The files of the layer that this RUN made; undefined when no layer of the image is of its making. */
export function filesOfRun(
  view: DockerfileView,
  image: ImageDescription,
  run: Instruction,
): string[] | undefined {
  const layer = image.layers.find(({ createdBy }) => stepOfCommand(view, createdBy) === run)
  if (layer) return writtenFiles(layer)
  // Quoted so that its text is not found again: one of the image's RUNs it is all the same.
  if (run.stage === view.lastStage)
    return image.layers.filter(({ command }) => /^RUN\b/.test(command)).flatMap(writtenFiles)
  return undefined
}

function writtenFiles(layer: Layer): string[] {
  return layer.entries
    .filter(({ kind, change }) => kind !== 'directory' && (change === 'added' || change === 'changed'))
    .map(({ path }) => `/${path}`)
}
