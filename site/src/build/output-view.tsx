import { useRef } from 'preact/hooks'
import { useSession } from '../lesson/context.ts'
import { useFollow } from './follow.ts'

/** What the container of Build & Run prints, the command that made it, and how it ended. */
export function OutputView() {
  const session = useSession()
  const { t } = session
  const run = session.run.value
  const output = session.output.value
  const scroller = useRef<HTMLDivElement>(null)
  useFollow(scroller, output)
  if (!run && !output.text) return <p class="panel-empty">{t('output.empty')}</p>
  return (
    <div
      class="container-output"
      ref={scroller}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={t('panel.output')}
    >
      {run?.command && (
        <p class="ran">
          <code>$ {run.command}</code>
          {run.ports.map((port) => (
            <span class="port" key={port.container}>
              {t('output.port', { host: String(port.host), container: String(port.container) })}
            </span>
          ))}
        </p>
      )}
      {output.cut > 0 && <p class="cut">{t('build.cut', { n: output.cut })}</p>}
      {output.text ? <pre>{output.text}</pre> : !run?.exited && <p class="cut">{t('output.silent')}</p>}
      {run?.exited && (
        <p class="exited" data-bad={run.exited.exitCode !== 0} role="status">
          {run.exited.oomKilled ? t('output.oom') : t('output.exited', { code: String(run.exited.exitCode) })}
        </p>
      )}
    </div>
  )
}
