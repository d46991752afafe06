import { realpathSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import type { Step } from '../../bin/display.mjs'
import { DrydockError } from '../errors.ts'
import { ERRORS, type ErrorCode } from '../protocol/error-table.ts'
import { say, type Text } from '../protocol/language.ts'
import type { GoalResult, Report } from '../protocol/report.ts'
import { confine, confinedEnv, seenFrom } from './confined.ts'
import type { GradeAnswer, GradeJob } from './grade-worker.ts'
import { lastWords } from './launcher.ts'
import { OwnedProcess } from './owned-process.ts'
import { ROOT, runPlaces } from './places.ts'
import type { Account } from './prepare/account.ts'
import type { Preparation } from './prepare/prepare.ts'
import type { StopRequest } from './stop-request.ts'

const STOP_MS = 5_000 // it lets go of its berth; the launcher removes it in any case

const STAGES = {
  grading: { en: 'Grading', ja: '採点します' },
  detail: { en: '{lesson}, in a fresh Docker host', ja: '{lesson} を新しい Docker ホストで' },
  berth: { en: 'starting the Docker host', ja: 'Docker ホストを起動中' },
  build: { en: 'building', ja: 'ビルド中' },
  run: { en: 'starting the container', ja: 'コンテナを起動中' },
  probe: { en: 'looking at the running container', ja: '実行中のコンテナを調査中' },
  search: { en: 'searching the image', ja: 'イメージを検索中' },
} as const satisfies Record<string, Text>

/** Grades in a process of the account, shows how far it is, and throws what it threw. */
export async function gradeConfined(
  job: GradeJob,
  account: Account,
  preparation: Preparation,
  stop: StopRequest,
): Promise<Report> {
  const { display, language } = preparation
  // A place of its own: several gradings may run, and the lab besides.
  const places = runPlaces(`grading ${process.pid}`)
  await mkdir(places.app, { recursive: true })
  await using _places = { [Symbol.asyncDispose]: () => rm(places.dir, { recursive: true, force: true }) }
  const argv = [seenFrom(places.app, realpathSync(process.execPath)), 'backend/cli/grade-worker.ts']
  const confinement = { account, bindings: [{ from: ROOT, to: places.app, readOnly: true }], cwd: places.app }
  let errors = ''
  const step = display.step(
    say(STAGES.grading, language),
    say(STAGES.detail, language, { lesson: job.lesson }),
  )
  step.progress(say(STAGES.berth, language))
  await using worker = new OwnedProcess(confine(argv, confinement), {
    cwd: '/',
    env: confinedEnv(process.env, '/nonexistent'),
    ipc: true,
    onOutput: (chunk) => {
      errors = (errors + chunk).slice(-4000)
    },
  })
  const end = () => void worker.stop(STOP_MS)
  stop.signal.addEventListener('abort', end)
  if (stop.signal.aborted) end()
  stop.harder.addEventListener('abort', () => worker.kill('SIGKILL'))
  let answer: GradeAnswer | undefined
  worker.child.on('message', (message: GradeAnswer) => {
    if (message.type === 'report' || message.type === 'error') answer = message
    else show(message, step, language)
  })
  worker.child.on('error', () => {}) // its end says more
  worker.child.send(job, () => {})
  await worker.ended
  if (answer?.type === 'report') {
    step.done()
    return answer.report
  }
  step.fail()
  stop.signal.throwIfAborted()
  if (answer?.type === 'error' && answer.code in ERRORS)
    throw new DrydockError(answer.code as ErrorCode, answer.vars)
  throw new DrydockError('DD_INTERNAL', { detail: lastWords(errors) || 'the grading process ended' })
}

function show(
  message: Exclude<GradeAnswer, { type: 'report' | 'error' }>,
  step: Step,
  language: Preparation['language'],
): void {
  if (message.type === 'build') step.progress(`${say(STAGES.build, language)}: ${message.text}`)
  else if (message.event.type === 'stage') step.progress(say(STAGES[message.event.stage], language))
  else if (message.event.type === 'goal') step.progress(goalLine(message.event.result))
}

const goalLine = ({ id, status }: GoalResult) => `${id}: ${status}`
