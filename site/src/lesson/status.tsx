import { isDirty } from '../files/sync.ts'
import type { Key } from '../i18n/catalog.ts'
import { Icon } from '../layout/icons.tsx'
import { useSession } from './context.ts'

/** One line: what the workspace does right now. */
export function Status() {
  const session = useSession()
  const { t } = session
  const { phase, position = 0 } = session.phase.value
  const check = session.check.value
  const connection = session.connection.value.name
  const dirty = Object.values(session.files.files.value).some(isDirty)
  const lost = connection !== 'open' && session.welcomed.value
  const shown = lost ? 'connecting' : check.running ? 'checking' : phase
  const text =
    check.running && check.stage && !lost
      ? t(`stage.${check.stage}`)
      : t(`phase.${shown}` as Key, { position })
  return (
    <div class="status" data-phase={shown} data-saved={!dirty}>
      <span class="status-dot" aria-hidden="true" />
      <span role="status">{text}</span>
      {session.engine.value === 'given' && (
        <span class="given" title={t('engine.given')}>
          {t('engine.given.short')}
        </span>
      )}
    </div>
  )
}

/** What the learner should know now: a lost connection, a Docker host that ended, a request that failed. */
export function Notices() {
  const session = useSession()
  const { t } = session
  const connection = session.connection.value
  const { phase, problem: ended } = session.phase.value
  const problem = session.problem.value
  const lost = session.welcomed.value && connection.name !== 'open'
  const unsaved = Object.values(session.files.files.value).some(isDirty)
  return (
    <div class="notices" aria-live="polite">
      {lost && (
        <div class="notice warn" data-notice="connection">
          <p>{t(unsaved ? 'connection.lost.unsaved' : 'connection.lost')}</p>
          <button
            type="button"
            class="button small"
            disabled={connection.name !== 'waiting'}
            onClick={() => session.retryNow()}
          >
            {t('connection.now')}
          </button>
        </div>
      )}
      {!lost && phase === 'ended' && (
        <div class="notice warn" data-notice="ended">
          <p>
            <strong>{ended?.what ?? t('phase.ended')}</strong> {ended?.next ?? t('phase.ended.files')}
          </p>
          <button type="button" class="button small primary" onClick={session.renewHost} data-action="renew">
            {t('action.renew')}
          </button>
        </div>
      )}
      {problem && !(lost && problem.code === 'closed') && (
        <div class="notice fail" data-notice="problem" data-code={problem.code}>
          <p>
            <strong>{problem.what}</strong> {problem.next}
          </p>
          <button
            type="button"
            class="button quiet small"
            aria-label={t('action.dismiss')}
            onClick={() => (session.problem.value = undefined)}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  )
}
