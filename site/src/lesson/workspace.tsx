import { type Signal, useSignal } from '@preact/signals'
import { type EditorHandle, EditorPane } from '../editor/editor-pane.tsx'
import { Panel, type PanelHandle } from '../terminal/panel.tsx'
import { useSession } from './context.ts'
import { Divider } from './divider.tsx'
import { Notices } from './status.tsx'
import { Toolbar } from './toolbar.tsx'

export interface WorkspaceHandles {
  editor: { current?: EditorHandle }
  panel: { current?: PanelHandle }
}

/** The right side of the lesson page: actions, editor, terminals. */
export function Workspace({
  handles,
  openPath,
}: {
  handles: WorkspaceHandles
  openPath: Signal<string | undefined>
}) {
  const { t, terminals } = useSession()
  const active = useSignal(terminals.sessions.peek().find((one) => one.kind === 'shell')?.key ?? 'build')
  const reveal = (path: string, line: number) => handles.editor.current?.reveal(path, line)
  return (
    <>
      <Toolbar openPath={openPath.value} />
      <Notices />
      <div class="work" data-split>
        <EditorPane openPath={openPath} handle={handles.editor} />
        <Divider name="rows" orientation="horizontal" label={t('lesson.divider.rows')} initial={52} />
        <Panel active={active} handle={handles.panel} reveal={reveal} />
      </div>
    </>
  )
}
