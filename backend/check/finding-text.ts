import type { Finding } from '../image/index.ts'
import type { Where } from '../protocol/report.ts'
import { stepOfCommand } from './dockerfile-step.ts'
import type { Subject } from './subject.ts'

/** Where in the image a finding is: `/root/.npmrc`, `/app/a.tar > b`. */
export function pathOf(finding: Finding): string {
  return [`/${finding.path ?? ''}`, ...finding.inside].join(' > ')
}

/** `layer 5 (sha256:1f2e…) /root/.npmrc: plain, all 40 characters, replaced later; made by RUN … (Dockerfile:7)` */
export function describeFinding(subject: Subject, finding: Finding): string {
  const { canary } = subject.given
  const size = finding.complete
    ? 'the whole token'
    : `a piece of ${finding.characters} of its ${canary.length} characters`
  const step = stepOfCommand(subject.given.dockerfile, finding.createdBy ?? '')
  const made = finding.command ? `; made by ${hide(finding.command, canary).slice(0, 160)}` : ''
  const line = step ? ` (${subject.given.dockerfile.file}:${step.line})` : ''
  const gone = finding.deletedLater ? ', deleted or overwritten by a later layer' : ''
  const place =
    finding.place === 'layer'
      ? `layer ${finding.layer} (${shortId(finding.diffId ?? '')}) ${pathOf(finding)}${finding.header ? ' (in its name or attributes)' : ''}`
      : finding.place === 'document'
        ? finding.archivePath
        : (finding.pointer ?? finding.place)
  return `${place}: ${finding.encoding}, ${size}${gone}${made}${line}`
}

/** The Dockerfile's line that put it there. */
export function placeOfFinding(subject: Subject, finding: Finding): Where | undefined {
  const { dockerfile } = subject.given
  if (finding.place === 'config') {
    const pointer = finding.pointer ?? ''
    const keyword = /Env/.test(pointer)
      ? 'ENV'
      : /Labels/.test(pointer)
        ? 'LABEL'
        : /Entrypoint/.test(pointer)
          ? 'ENTRYPOINT'
          : 'CMD'
    const place = dockerfile.instructions.findLast((found) => found.keyword === keyword)
    return place && dockerfile.where(place.line)
  }
  const step = stepOfCommand(dockerfile, finding.createdBy ?? '')
  if (finding.place === 'history') {
    // A RUN's history line repeats the build arguments in scope: the ARG is what put them there.
    const declared = dockerfile.instructions.findLast(
      (found) => found.keyword === 'ARG' && /TOKEN/i.test(found.argument),
    )
    if (declared) return dockerfile.where(declared.line)
  }
  return step && dockerfile.where(step.line)
}

/** Where `@@CANARY@@` stands in the workspace: the secret was written into the files themselves. */
export function marksInFiles(subject: Subject): { lines: string[]; where: Where | undefined } {
  const places: Where[] = []
  for (const [file, { content }] of subject.given.written) {
    for (const [index, line] of content.toString('latin1').split('\n').entries()) {
      if (line.includes('@@CANARY@@')) places.push({ file, line: index + 1 })
    }
  }
  return {
    lines: places.slice(0, 10).map(({ file, line }) => `${file}:${line}: the token is written in the file`),
    where: places[0],
  }
}

export function shortId(id: string): string {
  return id.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1')
}

/** The token's middle is left out: a report may be shown to others. */
export function hide(text: string, canary: string): string {
  return text.replaceAll(canary, `${canary.slice(0, 8)}…${canary.slice(-4)}`)
}
