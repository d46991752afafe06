import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../layout/icons.tsx'
import { useSession } from './context.ts'
import { Status } from './status.tsx'

const APPLE = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '')
export const RUN_KEYS = APPLE ? '⌘↵' : 'Ctrl ↵'

/** The workspace's actions and what it is doing. */
export function Toolbar({ openPath }: { openPath: string | undefined }) {
  const session = useSession()
  const { t } = session
  const { phase } = session.phase.value
  const connected = session.connection.value.name === 'open'
  const hosted = connected && ['ready', 'building', 'running', 'checking'].includes(phase)
  const checking = session.check.value.running
  return (
    <div class="toolbar" role="toolbar" aria-label={t('lesson.workspace')}>
      <button
        type="button"
        class="button primary"
        disabled={!hosted || session.busy}
        onClick={session.buildAndRun}
        data-action="run"
        title={`${t('action.run')} (${RUN_KEYS})`}
      >
        <Icon name="play" />
        {t('action.run')}
        <kbd>{RUN_KEYS}</kbd>
      </button>
      <button
        type="button"
        class="button"
        disabled={!hosted || !(phase === 'building' || phase === 'running' || checking)}
        onClick={session.stop}
        data-action="stop"
      >
        <Icon name="stop" />
        {t('action.stop')}
      </button>
      <button
        type="button"
        class="button"
        disabled={!connected || phase === 'connecting' || session.busy}
        onClick={session.checkGoals}
        data-action="check"
      >
        <Icon name="check" />
        {t('action.check')}
      </button>
      <Status />
      <Menu openPath={openPath} />
    </div>
  )
}

function Menu({ openPath }: { openPath: string | undefined }) {
  const session = useSession()
  const { t } = session
  const open = useSignal(false)
  const asking = useSignal(false)
  const root = useRef<HTMLDivElement>(null)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const away = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) open.value = false
    }
    const onEscape = (event: KeyboardEvent) => {
      if (event.key === 'Escape') open.value = false
    }
    document.addEventListener('pointerdown', away)
    document.addEventListener('keydown', onEscape)
    return () => {
      document.removeEventListener('pointerdown', away)
      document.removeEventListener('keydown', onEscape)
    }
  }, [open])
  useEffect(() => {
    if (asking.value) dialog.current?.showModal()
    else dialog.current?.close()
  }, [asking.value])
  const edited = openPath !== undefined && session.files.files.value[openPath]?.edited
  const starter = openPath !== undefined && session.about.files.includes(openPath)
  const choose = (what: () => void) => () => {
    open.value = false
    what()
  }
  return (
    <div class="menu" ref={root}>
      <button
        type="button"
        class="button quiet"
        aria-haspopup="true"
        aria-expanded={open.value}
        aria-label={t('action.more')}
        title={t('action.more')}
        onClick={() => (open.value = !open.value)}
        data-action="more"
      >
        <Icon name="more" />
      </button>
      {open.value && (
        <div class="menu-list">
          {openPath && starter && (
            <button
              type="button"
              disabled={!edited}
              onClick={choose(() => session.resetFile(openPath))}
              data-action="reset-file"
            >
              {t('action.resetFile', { path: openPath })}
            </button>
          )}
          <button type="button" onClick={choose(() => (asking.value = true))} data-action="reset-all">
            {t('action.resetAll')}
          </button>
        </div>
      )}
      <dialog ref={dialog} class="ask" onClose={() => (asking.value = false)}>
        <p>{t('action.resetAll.ask')}</p>
        <div class="ask-actions">
          <button type="button" class="button" onClick={() => (asking.value = false)}>
            {t('action.cancel')}
          </button>
          <button
            type="button"
            class="button primary"
            data-action="reset-all-yes"
            onClick={() => {
              asking.value = false
              void session.resetAll()
            }}
          >
            {t('action.resetAll')}
          </button>
        </div>
      </dialog>
    </div>
  )
}
