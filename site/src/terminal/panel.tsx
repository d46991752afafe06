import { type Signal, useSignal, useSignalEffect } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { BuildView } from '../build/build-view.tsx'
import { OutputView } from '../build/output-view.tsx'
import { Icon } from '../layout/icons.tsx'
import { readKept, writeKept } from '../layout/kept.ts'
import { useSession } from '../lesson/context.ts'
import type { TerminalSession } from './session.ts'
import { type TerminalHandle, TerminalView } from './terminal-view.tsx'

/** `build`, `output`, or the key of a terminal. */
export type PanelTab = string

export interface PanelHandle {
  focus(): void
  /** Types a command into the shell in front, or into the first. */
  type(text: string): void
}

/** Below the editor: build log, container output and the terminals. */
export function Panel({
  active,
  handle,
  reveal,
}: {
  active: Signal<PanelTab>
  handle: { current?: PanelHandle }
  reveal(path: string, line: number): void
}) {
  const session = useSession()
  const { t } = session
  const terminals = session.terminals.sessions.value
  const screenReader = useSignal(readKept('screen-reader') === 'on')
  const finding = useSignal(false)
  const terminalHandle = useRef<TerminalHandle | undefined>(undefined)
  /** The terminal that the learner has just asked for: it takes the keys as soon as it can. */
  const focusWanted = useRef<string | undefined>(undefined)
  const root = useRef<HTMLElement>(null)
  const shownTerminal = terminals.find((one) => one.key === active.value)
  const tab =
    shownTerminal || active.value === 'build' || active.value === 'output'
      ? active.value
      : (terminals[0]?.key ?? 'build')

  useFollowWork(active)
  const nameOf = (one: TerminalSession) =>
    t(one.kind === 'shell' ? 'panel.shell' : 'panel.container', { n: one.index })
  const tabs = [
    { key: 'build', name: t('panel.build') },
    { key: 'output', name: t('panel.output') },
    ...terminals.map((one) => ({ key: one.key, name: nameOf(one), terminal: one })),
  ]
  const add = (kind: 'shell' | 'container') => {
    active.value = session.terminals.add(kind).key
    focusWanted.current = active.value
  }
  handle.current = {
    focus: () =>
      shownTerminal
        ? terminalHandle.current?.focus()
        : root.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus(),
    type: (text) => {
      const shell =
        shownTerminal?.kind === 'shell'
          ? shownTerminal
          : (terminals.find((one) => one.kind === 'shell') ?? session.terminals.add('shell'))
      active.value = shell.key
      shell.type(text)
      if (shell.key === tab) terminalHandle.current?.focus()
      else focusWanted.current = shell.key
    },
  }
  const running = session.phase.value.phase === 'running'
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by === 0) return
    event.preventDefault()
    const next = tabs[(tabs.findIndex((one) => one.key === tab) + by + tabs.length) % tabs.length]
    if (!next) return
    active.value = next.key
    document.getElementById(`panel-${next.key}`)?.focus()
  }
  return (
    <section class="panel" aria-label={t('panel.tabs')} ref={root}>
      <div class="tabs">
        <div class="tab-list" role="tablist" aria-label={t('panel.tabs')} onKeyDown={move}>
          {tabs.map((one) => (
            <span class="tab-holder" key={one.key} role="presentation">
              <button
                type="button"
                role="tab"
                id={`panel-${one.key}`}
                class="tab"
                aria-selected={one.key === tab}
                tabIndex={one.key === tab ? 0 : -1}
                onClick={() => (active.value = one.key)}
              >
                {one.name}
                {one.key === 'build' && session.build.value.state === 'failed' && (
                  <span class="tab-alert" aria-hidden="true" />
                )}
              </button>
              {'terminal' in one && (terminals.length > 1 || one.terminal.kind === 'container') && (
                <button
                  type="button"
                  class="tab-close"
                  aria-label={t('panel.close', { name: one.name })}
                  onClick={() => void session.terminals.close(one.terminal)}
                >
                  <Icon name="close" />
                </button>
              )}
            </span>
          ))}
        </div>
        <div class={`tab-actions ${terminals.length > 1 ? 'crowded' : ''}`}>
          {shownTerminal && (
            <>
              <button
                type="button"
                class="button quiet small"
                aria-pressed={finding.value}
                aria-label={t('panel.find')}
                title={t('panel.find')}
                onClick={() => (finding.value = !finding.value)}
              >
                <Icon name="search" />
              </button>
              <button
                type="button"
                class="button quiet small toggle"
                aria-pressed={screenReader.value}
                aria-label={t('action.screenReader')}
                title={t('action.screenReader')}
                onClick={() => {
                  screenReader.value = !screenReader.value
                  writeKept('screen-reader', screenReader.value ? 'on' : null)
                }}
              >
                <span aria-hidden="true">Aa</span>
              </button>
            </>
          )}
          <button
            type="button"
            class="button quiet small"
            aria-label={t('panel.newShell')}
            title={t('panel.newShell')}
            onClick={() => add('shell')}
            data-action="new-shell"
          >
            <Icon name="plus" />
          </button>
          <button
            type="button"
            class="button small"
            disabled={!running}
            title={running ? t('panel.newContainer') : t('panel.newContainer.off')}
            onClick={() => add('container')}
            data-action="new-container"
          >
            <Icon name="box" />
            <span class="wide">{t('panel.newContainer')}</span>
          </button>
        </div>
      </div>
      <div class="panel-body" role="tabpanel" aria-labelledby={`panel-${tab}`}>
        {tab === 'build' && <BuildView reveal={reveal} />}
        {tab === 'output' && <OutputView />}
        {terminals.map((one) => (
          <TerminalView
            key={one.key}
            terminal={one}
            name={nameOf(one)}
            shown={one.key === tab}
            screenReader={screenReader.value}
            finding={finding.value}
            handle={(next) => {
              if (next || one.key === tab) terminalHandle.current = next
              if (!next?.ready || focusWanted.current !== one.key) return
              focusWanted.current = undefined
              next.focus()
            }}
          />
        ))}
      </div>
    </section>
  )
}

/** A build brings its log to the front; a container that starts brings its output there, if the learner was looking at the build. */
function useFollowWork(active: Signal<PanelTab>): void {
  const session = useSession()
  const before = useRef({ build: session.build.peek().state, run: session.run.peek() })
  useSignalEffect(() => {
    const build = session.build.value.state
    const run = session.run.value
    if (build === 'running' && before.current.build !== 'running') active.value = 'build'
    else if (build === 'failed' && before.current.build === 'running') active.value = 'build'
    else if (run && !before.current.run && active.peek() === 'build') active.value = 'output'
    before.current = { build, run }
  })
}
