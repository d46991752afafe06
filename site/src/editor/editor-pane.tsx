import { type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { FileNotice } from '../files/file-store.ts'
import { isDirty } from '../files/sync.ts'
import { Icon } from '../layout/icons.tsx'
import { useSession } from '../lesson/context.ts'
import type { FileEditor } from './monaco.ts'
import { tabOrder } from './tab-order.ts'

export interface EditorHandle {
  focus(): void
  reveal(path: string, line: number): void
}

/** The files as tabs, and the editor. Until Monaco is there, the text can be read. */
export function EditorPane({
  openPath,
  handle,
}: {
  openPath: Signal<string | undefined>
  handle: { current?: EditorHandle }
}) {
  const session = useSession()
  const host = useRef<HTMLDivElement>(null)
  const editor = useSignal<FileEditor | undefined>(undefined)
  const files = session.files.files.value
  const paths = tabOrder(Object.keys(files), session.about.files)
  const wanted = openPath.value
  const path = wanted !== undefined && files[wanted] ? wanted : paths[0]
  useEffect(() => {
    if (path !== openPath.peek()) openPath.value = path
  }, [path])

  useEffect(() => {
    let gone = false
    const load = async () => {
      const { FileEditor } = await import('./monaco.ts')
      if (gone || !host.current) return
      editor.value = new FileEditor(host.current, {
        language: session.about.language,
        label: (name) => session.t('editor.label', { path: name }),
        onChange: (name, text) => session.files.typed(name, text),
      })
      session.editor = {
        show: (name, text) => editor.peek()?.show(name, text),
        removed: (name) => editor.peek()?.remove(name),
      }
    }
    // After the first paint: the text comes first.
    const idle = setTimeout(() => load().catch(session.partMissing), 60)
    const theme = () => editor.peek()?.setTheme()
    document.addEventListener('drydock:theme', theme)
    return () => {
      gone = true
      clearTimeout(idle)
      document.removeEventListener('drydock:theme', theme)
      editor.peek()?.[Symbol.dispose]()
    }
  }, [])

  useEffect(() => {
    if (editor.value && path !== undefined)
      editor.value.open(path, session.files.files.peek()[path]?.text ?? '')
  }, [editor.value, path])

  const failedLine = session.build.value.failedLine
  useEffect(() => {
    const marks = failedLine === undefined ? [] : [{ line: failedLine, message: session.t('build.here') }]
    editor.value?.mark('Dockerfile', marks)
  }, [editor.value, failedLine, session.build.value.state, path])

  handle.current = {
    focus: () => editor.peek()?.focus(),
    reveal: (name, line) => {
      openPath.value = name
      // The tab changes with the next drawing, which would put the cursor back to where it was in this file.
      editor.peek()?.open(name, session.files.files.peek()[name]?.text ?? '')
      editor.peek()?.reveal(line)
    },
  }

  return (
    <section class="editor-pane" aria-label={session.t('files.tabs')}>
      <FileTabs paths={paths} path={path} open={(name) => (openPath.value = name)} />
      <FileNotices />
      <div class="editor-body" role="tabpanel" aria-labelledby={path && `file-${path}`}>
        <div class="editor-host" ref={host} />
        {!editor.value && (
          <pre class="editor-waiting">
            {path === undefined ? session.t('files.loading') : files[path]?.text}
          </pre>
        )}
      </div>
    </section>
  )
}

function FileTabs({
  paths,
  path,
  open,
}: {
  paths: string[]
  path: string | undefined
  open(path: string): void
}) {
  const session = useSession()
  const { t } = session
  const files = session.files.files.value
  const naming = useSignal(false)
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = paths[(paths.indexOf(path ?? '') + by + paths.length) % paths.length]
    if (by === 0 || next === undefined) return
    event.preventDefault()
    open(next)
    document.getElementById(`file-${next}`)?.focus()
  }
  return (
    <div class="tabs">
      <div class="tab-list" role="tablist" aria-label={t('files.tabs')} onKeyDown={move}>
        {paths.map((name) => {
          const file = files[name]
          const state = file && isDirty(file) ? 'unsaved' : file?.edited ? 'changed' : undefined
          return (
            <button
              type="button"
              key={name}
              id={`file-${name}`}
              role="tab"
              class="tab"
              aria-selected={name === path}
              tabIndex={name === path ? 0 : -1}
              data-state={state}
              onClick={() => open(name)}
            >
              {name}
              {state && (
                <span class="tab-mark" title={t(`files.${state}`)}>
                  <span class="visually-hidden">({t(`files.${state}`)})</span>
                </span>
              )}
            </button>
          )
        })}
      </div>
      {naming.value ? (
        <NewFile
          done={(name) => {
            naming.value = false
            if (name) {
              session.files.create(name)
              open(name)
            }
          }}
        />
      ) : (
        <button
          type="button"
          class="button quiet small"
          aria-label={t('action.newFile')}
          title={t('action.newFile')}
          disabled={!session.welcomed.value}
          onClick={() => (naming.value = true)}
        >
          <Icon name="plus" />
        </button>
      )}
    </div>
  )
}

function NewFile({ done }: { done(name: string | undefined): void }) {
  const { t } = useSession()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  return (
    <form
      class="new-file"
      onSubmit={(event) => {
        event.preventDefault()
        done(input.current?.value.trim() || undefined)
      }}
    >
      <input
        ref={input}
        aria-label={t('action.newFile.ask')}
        placeholder=".dockerignore"
        maxLength={255}
        spellcheck={false}
        autocomplete="off"
        onKeyDown={(event) => event.key === 'Escape' && done(undefined)}
        onBlur={(event) => !event.currentTarget.value && done(undefined)}
      />
      <button type="submit" class="button small">
        {t('action.create')}
      </button>
    </form>
  )
}

const OFFERS = {
  conflict: 'files.take.theirs',
  displaced: 'files.take.mine',
  reset: 'files.take.mine',
  deleted: 'files.take.deleted',
} as const

function FileNotices() {
  const session = useSession()
  return (
    <div class="notices" aria-live="polite">
      {session.files.notices.value.map((notice) => (
        <Notice key={notice.key} notice={notice} />
      ))}
    </div>
  )
}

const QUIET_NOTICE_MS = 6_000 // one that offers nothing goes by itself
const RESET_NOTICE_MS = 20_000 // what was reset was reset on purpose

function Notice({ notice }: { notice: FileNotice }) {
  const session = useSession()
  const { t } = session
  useEffect(() => {
    if (notice.offered !== undefined && notice.kind !== 'reset') return
    const timer = setTimeout(
      () => session.files.dismiss(notice),
      notice.kind === 'reset' ? RESET_NOTICE_MS : QUIET_NOTICE_MS,
    )
    return () => clearTimeout(timer)
  }, [notice])
  const offer = notice.kind in OFFERS ? OFFERS[notice.kind as keyof typeof OFFERS] : undefined
  return (
    <div
      class={`notice ${notice.kind === 'conflict' || notice.kind === 'displaced' ? 'warn' : 'info'}`}
      data-notice={notice.kind}
    >
      <p>{t(`files.notice.${notice.kind}`, { path: notice.path })}</p>
      {offer && notice.offered !== undefined && (
        <button
          type="button"
          class="button small"
          onClick={() => session.files.take(notice)}
          data-action="take"
        >
          {t(offer)}
        </button>
      )}
      <button
        type="button"
        class="button quiet small"
        aria-label={t('action.dismiss')}
        onClick={() => session.files.dismiss(notice)}
      >
        <Icon name="close" />
      </button>
    </div>
  )
}
