import { loadLesson, loadStarter } from '../../lessons/format/load.ts'
import { connectBerthHost } from '../berth/client.ts'
import { openFreshHost } from '../check/fresh-host.ts'
import { type GradeEvent, grade } from '../check/grade.ts'
import { systemClock } from '../clock.ts'
import { asDrydockError } from '../errors.ts'
import type { Language, TextVars } from '../protocol/language.ts'
import type { Report } from '../protocol/report.ts'
import type { WorkspaceFiles } from '../workspace/files.ts'

/**
 * The part of `drydock grade` that listens to a hostile engine, in a process without any right: the job comes over its IPC channel
 * and the answers go back over it.
 */
export interface GradeJob {
  lesson: string
  files: WorkspaceFiles
  language: Language
  launcherSocket: string
}

export type GradeAnswer =
  | { type: 'event'; event: Exclude<GradeEvent, { type: 'build' }> }
  | { type: 'build'; text: string }
  | { type: 'report'; report: Report }
  | { type: 'error'; code: string; vars: TextVars }

const answer = (message: GradeAnswer) => process.send?.(message)

async function work(job: GradeJob, signal: AbortSignal): Promise<Report> {
  const { files, language } = job
  const lesson = await loadLesson(job.lesson)
  await using berths = await connectBerthHost({ socketPath: job.launcherSocket })
  await using host = await openFreshHost(berths, { clock: systemClock, signal })
  return await grade({
    lesson: { ...lesson, id: lesson.name }, // the command line calls lessons by their plain names
    files,
    starter: await loadStarter(lesson),
    host,
    language,
    clock: systemClock,
    signal: host.signal,
    onEvent: (event) => {
      if (event.type !== 'build') answer({ type: 'event', event })
      else if (event.event.type === 'step') answer({ type: 'build', text: event.event.name })
    },
  })
}

const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
process.on('disconnect', () => stop.abort())
process.once('message', (job: GradeJob) => {
  work(job, stop.signal)
    .then(
      (report) => answer({ type: 'report', report }),
      (thrown: unknown) => {
        const error = asDrydockError(thrown)
        if (error.code === 'DD_INTERNAL')
          process.stderr.write(`${(error.cause as Error | undefined)?.stack ?? error.stack}\n`)
        answer({ type: 'error', code: error.code, vars: error.vars })
      },
    )
    .finally(() => process.disconnect?.())
})
