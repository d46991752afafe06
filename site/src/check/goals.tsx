import { useSignal, useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { GoalResult } from '../../../backend/protocol/report.ts'
import { Icon } from '../layout/icons.tsx'
import type { AboutLesson } from '../lesson/about.ts'
import { useSession } from '../lesson/context.ts'

const TALL_PX = 860

type Reveal = (path: string, line: number) => void

/** The goals with the verdicts, and what the checker saw. */
export function Goals({ reveal }: { reveal: Reveal }) {
  const session = useSession()
  const { t, about } = session
  const check = session.check.value
  // On a low screen the text has the room, until there is something to say.
  const open = useSignal(innerHeight >= TALL_PX || check.report !== undefined)
  const root = useRef<HTMLElement>(null)
  const wasRunning = useRef(false)
  useSignalEffect(() => {
    const { running, report } = session.check.value
    if (running || report) open.value = true
    // On a narrow screen the goals stand above the button that was pressed.
    if (wasRunning.current && !running) setTimeout(() => root.current?.scrollIntoView({ block: 'nearest' }))
    wasRunning.current = running
  })
  const firstOpen = about.goals.find((goal) => (check.results[goal.id]?.status ?? 'passed') !== 'passed')?.id
  const passed = about.goals.filter((goal) => check.results[goal.id]?.status === 'passed').length
  return (
    <section
      class="goals"
      ref={root}
      data-open={open.value}
      data-checked={check.report !== undefined || check.running}
      aria-labelledby="goals-title"
    >
      <h2 id="goals-title">
        <button type="button" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
          <Icon name={open.value ? 'down' : 'up'} />
          {t('goals.title')}
          <span class="goals-dots" aria-hidden="true">
            {about.goals.map((goal) => (
              <i key={goal.id} data-status={check.results[goal.id]?.status} />
            ))}
          </span>
          <span class="goals-count">{t('goals.count', { passed, all: about.goals.length })}</span>
          {check.running && <span class="spinner" aria-hidden="true" />}
          {check.stale && <span class="stale">{t('goals.stale')}</span>}
        </button>
      </h2>
      {open.value && (
        <div class="goals-body">
          <Verdict />
          <ol>
            {about.goals.map((goal) => (
              <Goal
                key={goal.id}
                goal={goal}
                result={check.results[goal.id]}
                checking={check.running}
                first={goal.id === firstOpen}
                reveal={reveal}
              />
            ))}
          </ol>
        </div>
      )}
      <Announcer />
    </section>
  )
}

function Verdict() {
  const session = useSession()
  const { t, about } = session
  const { report, passedEver, running } = session.check.value
  if (running) return null
  if (report?.passed || (passedEver && !report))
    return (
      <div class="verdict passed" data-verdict="passed">
        <p>
          <Icon name="check" />
          <strong>{t(report?.passed ? 'goals.passed' : 'goals.passed.before')}</strong>{' '}
          {report?.passed && t('goals.passed.text', { seconds: report.seconds.toFixed(1) })}
        </p>
        <a class="button primary" href={about.next?.href ?? about.home}>
          {about.next ? t('lesson.next', { title: about.next.title }) : t('lesson.last')}
        </a>
      </div>
    )
  if (!report) return null
  const open = report.goals.filter((goal) => goal.status === 'failed' || goal.status === 'error').length
  return (
    <p class="verdict" data-verdict="failed">
      {t('goals.failed', { n: open })}
    </p>
  )
}

interface GoalProps {
  goal: AboutLesson['goals'][number]
  result: GoalResult | undefined
  checking: boolean
  /** The first that does not hold: the one to look at. */
  first: boolean
  reveal: Reveal
}

function Goal({ goal, result, checking, first, reveal }: GoalProps) {
  const { t, about } = useSession()
  const words = result?.translations?.[about.language] ?? result
  const status = result?.status ?? (checking ? 'checking' : 'open')
  const { where } = result ?? {}
  return (
    <li class="goal" data-goal={goal.id} data-status={status}>
      <p class="goal-title">
        <Mark status={status} />
        <span>{goal.title}</span>
        <span class="goal-status">{t(`goals.status.${status}`)}</span>
      </p>
      {result && words && (
        <details class="goal-detail" open={first} key={status}>
          <summary>{words.observed}</summary>
          <dl>
            <dt>{t('goals.expected')}</dt>
            <dd>{words.expected}</dd>
            <dt>{t('goals.observed')}</dt>
            <dd>
              {words.observed}
              {where && (
                <button type="button" class="line-link" onClick={() => reveal(where.file, where.line)}>
                  {t('goals.where', { file: where.file, line: where.line })}
                </button>
              )}
            </dd>
            {words.hint && (
              <>
                <dt>{t('goals.hint')}</dt>
                <dd>{words.hint}</dd>
              </>
            )}
          </dl>
          {result.evidence.length > 0 && (
            <details class="evidence">
              <summary>{t('goals.evidence')}</summary>
              <pre>{result.evidence.join('\n')}</pre>
            </details>
          )}
        </details>
      )}
    </li>
  )
}

function Mark({ status }: { status: string }) {
  return (
    <span class="goal-mark" aria-hidden="true">
      {status === 'passed' && <Icon name="check" />}
      {status === 'failed' && <Icon name="cross" />}
      {(status === 'skipped' || status === 'error') && <Icon name="dash" />}
      {status === 'checking' && <span class="spinner" />}
    </span>
  )
}

/** Reads the verdicts to a screen reader, one after the other, without the rest of the panel. */
function Announcer() {
  const session = useSession()
  const { t, about } = session
  const said = useRef(session.check.peek().results)
  const text = useSignal('')
  useSignalEffect(() => {
    const { results, report, running } = session.check.value
    const fresh = about.goals.filter((goal) => results[goal.id] && results[goal.id] !== said.current[goal.id])
    said.current = results
    if (!running && !report) return
    const lines = fresh.map((goal) => {
      const { status, observed } = results[goal.id]!
      return t('goals.announce', { title: goal.title, status: t(`goals.status.${status}`), observed })
    })
    if (report && fresh.length > 0) lines.push(t(report.passed ? 'goals.passed' : 'goals.title'))
    if (lines.length > 0) text.value = lines.join(' ')
  })
  return (
    <p class="visually-hidden" aria-live="polite" data-announcer>
      {text.value}
    </p>
  )
}
