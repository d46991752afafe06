import { signal } from '@preact/signals'
import { render } from 'preact'
import { Goals } from '../check/goals.tsx'
import { readAbout } from './about.ts'
import { startCodeButtons } from './code-buttons.ts'
import { ProvideSession } from './context.ts'
import { Divider } from './divider.tsx'
import { startKeys } from './keys.ts'
import { LessonSession } from './session.ts'
import { Workspace, type WorkspaceHandles } from './workspace.tsx'

/** Brings the lesson page to life. The text is there before and without it. */
export function startLesson(): void {
  const about = readAbout(document)
  const session = new LessonSession(about)
  const handles: WorkspaceHandles = { editor: {}, panel: {} }
  const openPath = signal<string | undefined>(undefined)
  const reveal = (path: string, line: number) => handles.editor.current?.reveal(path, line)
  const mount = (id: string) => {
    const root = document.getElementById(id)
    if (!root) throw new Error(`the page has no #${id}`)
    root.replaceChildren()
    return root
  }
  render(
    <ProvideSession value={session}>
      <Workspace handles={handles} openPath={openPath} />
    </ProvideSession>,
    mount('workspace'),
  )
  render(
    <ProvideSession value={session}>
      <Goals reveal={reveal} />
    </ProvideSession>,
    mount('goals'),
  )
  render(
    <Divider
      name="columns"
      orientation="vertical"
      label={session.t('lesson.divider.columns')}
      initial={42}
    />,
    mount('columns'),
  )
  startCodeButtons(document, session.t, (command) => handles.panel.current?.type(command))
  startKeys({
    run: () => void session.buildAndRun(),
    panes: [
      { root: document.getElementById('reading')!, focus: () => document.getElementById('reading')?.focus() },
      { root: () => document.querySelector('.editor-pane'), focus: () => handles.editor.current?.focus() },
      { root: () => document.querySelector('.panel'), focus: () => handles.panel.current?.focus() },
    ],
  })
  session.start()
}
