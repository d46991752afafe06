import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../layout/icons.tsx'
import { useSession } from '../lesson/context.ts'
import type { Screen } from './screen.ts'
import type { TerminalSession } from './session.ts'

export interface TerminalHandle {
  /** Its screen is there. */
  ready: boolean
  focus(): void
}

/** One terminal. Its screen stays while another tab is in front. */
export function TerminalView({
  terminal,
  name,
  shown,
  screenReader,
  finding,
  handle,
}: {
  terminal: TerminalSession
  name: string
  shown: boolean
  screenReader: boolean
  finding: boolean
  handle(handle: TerminalHandle | undefined): void
}) {
  const session = useSession()
  const host = useRef<HTMLDivElement>(null)
  const screen = useSignal<Screen | undefined>(undefined)
  const begun = useRef(false)

  useEffect(() => {
    if (!shown || begun.current) return
    begun.current = true
    const load = async () => {
      const { Screen } = await import('./screen.ts')
      if (!host.current?.isConnected) return
      screen.value = new Screen(host.current, { label: session.t('terminal.label', { name }), screenReader })
      terminal.attach(screen.value)
      session.terminals.shown(terminal)
    }
    load().catch(session.partMissing)
  }, [shown])
  useEffect(() => {
    const theme = () => screen.peek()?.setTheme()
    document.addEventListener('drydock:theme', theme)
    return () => {
      document.removeEventListener('drydock:theme', theme)
      screen.peek()?.[Symbol.dispose]()
    }
  }, [])
  useEffect(() => screen.value?.setScreenReader(screenReader), [screen.value, screenReader])
  useEffect(() => {
    if (!shown) return
    screen.value?.fit()
    handle({ ready: screen.value !== undefined, focus: () => screen.peek()?.focus() })
    return () => handle(undefined)
  }, [shown, screen.value])

  const state = terminal.state.value
  return (
    <div class="terminal" hidden={!shown} data-state={state} data-terminal={terminal.key}>
      {finding && shown && <Find screen={screen.value} />}
      <div class="terminal-host" ref={host} />
      {(state === 'away' ||
        state === 'opening' ||
        (state === 'idle' && session.phase.value.phase !== 'ended')) && (
        <p class="terminal-note" role="status">
          {session.t(state === 'away' ? 'terminal.away' : 'terminal.opening')}
        </p>
      )}
    </div>
  )
}

function Find({ screen }: { screen: Screen | undefined }) {
  const { t } = useSession()
  const input = useRef<HTMLInputElement>(null)
  const missing = useSignal(false)
  useEffect(() => {
    input.current?.focus()
    return () => screen?.clearFind()
  }, [screen])
  const find = (direction: 'next' | 'previous') => {
    const text = input.current?.value ?? ''
    missing.value = text !== '' && !screen?.find(text, direction)
  }
  return (
    <form
      class="find"
      onSubmit={(event) => {
        event.preventDefault()
        find('next')
      }}
    >
      <input
        ref={input}
        type="search"
        aria-label={t('panel.find')}
        placeholder={t('panel.find')}
        spellcheck={false}
        onInput={() => find('next')}
      />
      <span role="status">{missing.value && t('panel.find.none')}</span>
      <button type="button" class="button quiet small" aria-label="↑" onClick={() => find('previous')}>
        <Icon name="up" />
      </button>
      <button type="submit" class="button quiet small" aria-label="↓">
        <Icon name="down" />
      </button>
    </form>
  )
}
