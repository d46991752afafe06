import type { Goal, GoalKind, GoalOf } from '../../lessons/format/goals.ts'
import type { Lesson } from '../../lessons/format/schema.ts'
import type { Clock } from '../clock.ts'
import type { ContainerRef, ImageFacts } from '../engine/port.ts'
import { asDrydockError } from '../errors.ts'
import type { Language } from '../protocol/language.ts'
import type { BuildEvent } from '../protocol/messages.ts'
import type { GoalResult, GoalStatus, GoalWords, Report } from '../protocol/report.ts'
import { findDockerfile } from '../workspace/context.ts'
import { checkWorkspace, FOLDER_LIMITS, substituteCanary, type WorkspaceFiles } from '../workspace/files.ts'
import { DockerfileView } from './dockerfile.ts'
import { type Evaluator, spoken, type Verdict } from './evaluator.ts'
import { EVALUATORS } from './goals/index.ts'
import type { GradingHost } from './host.ts'
import { buildImage, gradedSpec, IMAGE_NAME, newCanary, startContainer } from './prepare.ts'
import { type RunFile, readProxyFile, readRunFile } from './run-file.ts'
import { Subject } from './subject.ts'
import { Unmet } from './unmet.ts'

export interface GradeInput {
  /** `id` is `<course>/<lesson>`, as the report names it. */
  lesson: { id: string; lesson: Lesson }
  files: WorkspaceFiles
  /** The starter's files, so that an app that was left as it is can be recognised. */
  starter?: WorkspaceFiles
  host: GradingHost
  language: Language
  clock: Clock
  signal?: AbortSignal
  onEvent?: (event: GradeEvent) => void
}

export type GradeEvent =
  | { type: 'started'; goals: { id: string; kind: string }[] }
  | { type: 'stage'; stage: 'build' | 'run' | 'probe' | 'search' }
  | { type: 'build'; event: BuildEvent }
  | { type: 'goal'; result: GoalResult }

/** Goals that read the image's bytes: the slow part, told as a stage of its own. */
const SEARCHES = new Set<GoalKind>(['secret-used', 'secret-unrecoverable'])

/**
 * Builds and runs the files afresh on the host and proves every goal. Opens nothing: the host is the caller's, and what was created on
 * its engine is removed again. Throws for files that are no workspace (a missing Dockerfile, a run.sh that is refused: exit 2) and when
 * aborted; everything else is in the report.
 */
export async function grade(input: GradeInput): Promise<Report> {
  const { lesson, files, host, language, clock, signal, onEvent } = input
  const began = clock.now()
  checkWorkspace(files, FOLDER_LIMITS)
  const dockerfile = findDockerfile(files)
  const run = readRunFile(files)
  const { goals } = lesson.lesson
  const takesProxy = goals.some((goal) => goal.kind === 'low-port' && goal.fixes.includes('proxy'))
  const front = takesProxy ? readProxyFile(files) : undefined
  onEvent?.({ type: 'started', goals: goals.map(({ id, kind }) => ({ id, kind })) })

  const { engine } = host
  const { version } = await engine.version()
  const created: ContainerRef[] = []
  try {
    const canary = newCanary(clock)
    const imagesBefore = (await engine.listImages()).map(({ id }) => id)
    const registry = await host.setCanary?.(canary)
    onEvent?.({ type: 'stage', stage: 'build' })
    const onBuild = (event: BuildEvent) => onEvent?.({ type: 'build', event })
    const image = await buildImage({ host, files, canary, tag: IMAGE_NAME, clock, signal, onBuild })
    onEvent?.({ type: 'stage', stage: 'run' })
    const container = await startFor(input, image, run, created)
    const proxy =
      front && !(container instanceof Unmet) ? await startFor(input, image, front, created) : undefined
    const subject = new Subject({
      engine,
      clock,
      signal,
      files: substituteCanary(files, canary),
      written: files,
      starter: input.starter,
      dockerfile: new DockerfileView(dockerfile.text, dockerfile.path),
      run,
      canary,
      registry,
      imagesBefore,
      image,
      container,
      proxy,
    })
    const results: GoalResult[] = []
    let stage = ''
    for (const goal of goals) {
      const next = SEARCHES.has(goal.kind) ? 'search' : 'probe'
      if (next !== stage) onEvent?.({ type: 'stage', stage: next })
      stage = next
      const result = await evaluate(goal, subject, language)
      results.push(result)
      onEvent?.({ type: 'goal', result })
    }
    return {
      lesson: lesson.id,
      passed: isPassed(results),
      goals: results,
      ...(!(image instanceof Unmet) && { image: { id: image.id, layers: image.layers } }),
      engine: { version },
      seconds: Math.round((clock.now() - began) / 10) / 100,
    }
  } finally {
    for (const container of created) await engine.remove(container).catch(() => {})
  }
}

/** At least one goal passed and none failed or ended in error: what was skipped neither helps nor hurts. */
export function isPassed(results: GoalResult[]): boolean {
  const has = (status: GoalResult['status']) => results.some((result) => result.status === status)
  return has('passed') && !has('failed') && !has('error')
}

async function startFor(
  { host, clock, signal }: GradeInput,
  image: ImageFacts | Unmet,
  run: RunFile,
  created: ContainerRef[],
): Promise<ContainerRef | Unmet> {
  if (image instanceof Unmet) return image
  const started = await startContainer(host.engine, gradedSpec(run.spec, image.id), run, clock, signal)
  if (started.created) created.push(started.created)
  return started.running
}

async function evaluate(goal: Goal, subject: Subject, language: Language): Promise<GoalResult> {
  const evaluator = EVALUATORS[goal.kind] as unknown as Evaluator<GoalKind>
  const { status, observed, evidence, where } = await judge(goal, evaluator, subject)
  const words = (language: Language): GoalWords => ({
    expected: spoken(evaluator.expected(goal), language),
    observed: spoken(observed, language),
    ...(status === 'failed' && { hint: goal.hint[language] }),
  })
  const translations = { en: words('en'), ja: words('ja') }
  const { expected, observed: seen, hint } = translations[language]
  return {
    id: goal.id,
    kind: goal.kind,
    status,
    expected,
    observed: seen,
    evidence,
    ...(where && { where }),
    ...(hint !== undefined && { hint }),
    translations,
  }
}

/** Every way in which an evaluation can end, as a verdict or as the lab's own error. */
async function judge(
  goal: GoalOf<GoalKind>,
  evaluator: Evaluator<GoalKind>,
  subject: Subject,
): Promise<Omit<Verdict, 'status'> & { status: GoalStatus }> {
  try {
    return await evaluator.evaluate(goal, subject)
  } catch (thrown) {
    subject.given.signal?.throwIfAborted()
    const unmet = thrown instanceof Unmet ? thrown : await endedMeanwhile(subject)
    if (unmet) {
      const { observed, evidence, where } = unmet
      return { status: 'failed', observed, evidence, ...(where && { where }) }
    }
    const { entry, vars } = asDrydockError(thrown)
    return { status: 'error', observed: [entry.what, vars], evidence: [] }
  }
}

/** A container that ends while it is being examined makes the engine refuse what a goal asks: that is not the lab's fault. */
async function endedMeanwhile(subject: Subject): Promise<Unmet | undefined> {
  try {
    if ((await subject.engine.inspect(subject.container)).running) return undefined
    return await subject.ended()
  } catch {
    return undefined
  }
}
