import { useRef } from 'preact/hooks'
import { Icon } from '../layout/icons.tsx'
import { useSession } from '../lesson/context.ts'
import { explain } from '../lesson/problem.ts'
import { useFollow } from './follow.ts'
import { type BuildStep, duration } from './log.ts'

/** The build as it goes: steps with times, what they print, and where it failed. */
export function BuildView({ reveal }: { reveal(path: string, line: number): void }) {
  const session = useSession()
  const { t } = session
  const log = session.build.value
  const scroller = useRef<HTMLDivElement>(null)
  useFollow(scroller, log)
  if (log.state === 'none') return <p class="panel-empty">{t('build.empty')}</p>
  const problem =
    log.code === undefined ? undefined : explain(log.code, log.vars ?? {}, session.about.language)
  const time = duration(log.ms ?? 0)
  return (
    <div
      class="build-log"
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={t('panel.build')}
    >
      <ol>
        {log.steps.map((step) => (
          <Step key={step.step} step={step} reveal={reveal} />
        ))}
      </ol>
      <div class="build-end" data-state={log.state} role="status">
        {log.state === 'running' && <span>{t('build.running')}</span>}
        {log.state === 'built' && <span>{t('build.built', { time })}</span>}
        {log.state === 'cancelled' && <span>{t('build.cancelled')}</span>}
        {log.state === 'failed' && (
          <>
            <span>{t('build.failed', { time })}</span>
            {log.failedLine !== undefined && <LineLink line={log.failedLine} reveal={reveal} />}
            {problem && (
              <p>
                {problem.what} {problem.next}
              </p>
            )}
          </>
        )}
      </div>
    </div>
  )
}

function Step({ step, reveal }: { step: BuildStep; reveal(path: string, line: number): void }) {
  const { t } = useSession()
  const { output } = step
  return (
    <li class="build-step" data-state={step.state}>
      <div class="step-head">
        <span class="step-mark" aria-hidden="true">
          {step.state === 'done' ? (
            <Icon name="check" />
          ) : step.state === 'failed' ? (
            <Icon name="cross" />
          ) : step.state === 'stopped' ? (
            <Icon name="dash" />
          ) : (
            <span class="spinner" />
          )}
        </span>
        <code>{step.name}</code>
        {step.line !== undefined && <LineLink line={step.line} reveal={reveal} short />}
        <span class="step-time">
          {step.cached ? (
            <span class="cached">{t('build.cached')}</span>
          ) : (
            step.ms !== undefined && duration(step.ms)
          )}
        </span>
      </div>
      {output.cut > 0 && <p class="cut">{t('build.cut', { n: output.cut })}</p>}
      {output.text && <pre>{output.text}</pre>}
      {step.error && <p class="step-error">{step.error}</p>}
    </li>
  )
}

function LineLink({
  line,
  reveal,
  short = false,
}: {
  line: number
  reveal(path: string, line: number): void
  short?: boolean
}) {
  const { t } = useSession()
  const label = t('build.failedLine', { line })
  return (
    <button
      type="button"
      class="line-link"
      title={label}
      aria-label={label}
      onClick={() => reveal('Dockerfile', line)}
    >
      {short ? `:${line}` : label}
    </button>
  )
}
