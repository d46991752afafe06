import type { ServerMessage, WorkspaceFile } from '../../../backend/protocol/messages.ts'

/**
 * The workspace's files as this tab knows them, and the rules by which tabs and terminal agree. Pure: an event gives the
 * next state and what is to be done about it. The rule when two change one file at once: what is typed here stays in the
 * editor (it is the newest), and the other text is kept and offered.
 */
export interface FileState {
  path: string
  /** The editor's text. */
  text: string
  /** The server's text, as far as known; null: the server has no such file. */
  saved: string | null
  revision: number
  /** Differs from what the lesson began with. */
  edited: boolean
  /** On its way to the server. */
  sending?: string
  /** Was on its way when the connection was lost: it may have arrived. */
  unsure?: string
  /** A text that the server refused: not sent again until it changes. */
  refused?: string
}

export type Files = Record<string, FileState>

export type FileNoticeKind = 'terminal' | 'tab' | 'reset' | 'appeared' | 'deleted' | 'conflict' | 'displaced'

export type Outcome =
  /** Put this text into the editor, as an edit that can be undone. */
  | { type: 'show'; path: string; text: string }
  | { type: 'removed'; path: string }
  | { type: 'notice'; path: string; kind: FileNoticeKind; offered?: string }

type Changed = Omit<Extract<ServerMessage, { type: 'file.changed' }>, 'type'>

export type FileEvent =
  | { type: 'typed'; path: string; text: string }
  | { type: 'sent'; path: string }
  | { type: 'saved'; path: string; revision: number }
  | { type: 'refused'; path: string }
  | { type: 'disconnected' }
  | ({ type: 'changed' } & Changed)
  | { type: 'welcomed'; files: WorkspaceFile[] }
  | { type: 'created'; path: string; text: string }

export interface Step {
  files: Files
  outcomes: Outcome[]
}

export const isDirty = (file: FileState): boolean => file.text !== file.saved || file.sending !== undefined

/** What is to be sent now: one save of a file at a time, so that revisions stay in order. */
export function due(files: Files): { path: string; content: string; base: number }[] {
  return Object.values(files)
    .filter((file) => file.sending === undefined && file.text !== file.saved && file.text !== file.refused)
    .map((file) => ({ path: file.path, content: file.text, base: file.revision }))
}

export function step(files: Files, event: FileEvent): Step {
  if (event.type === 'welcomed') return welcomed(files, event.files)
  if (event.type === 'disconnected')
    return {
      files: Object.fromEntries(
        Object.entries(files).map(([path, file]) => [
          path,
          { ...file, sending: undefined, unsure: file.sending ?? file.unsure },
        ]),
      ),
      outcomes: [],
    }
  if (event.type === 'changed') return changed(files, event)
  if (event.type === 'created') {
    if (files[event.path]) return { files, outcomes: [] }
    return one(files, { path: event.path, text: event.text, saved: null, revision: 0, edited: true })
  }
  const file = files[event.path]
  if (!file) return { files, outcomes: [] }
  switch (event.type) {
    case 'typed':
      return one(files, { ...file, text: event.text, edited: true })
    case 'sent':
      return one(files, { ...file, sending: file.text })
    case 'saved':
      if (file.sending === undefined) return { files, outcomes: [] }
      return one(files, {
        ...file,
        saved: file.sending,
        sending: undefined,
        revision: Math.max(file.revision, event.revision),
      })
    case 'refused':
      return one(files, { ...file, refused: file.sending, sending: undefined })
  }
}

function changed(files: Files, event: Changed): Step {
  const { path, content, revision, by, lost } = event
  const file = files[path]
  if (!file) {
    if (content === null) return { files, outcomes: [] }
    const added = { path, text: content, saved: content, revision, edited: by !== 'reset' }
    const kind = by === 'reset' ? by : 'appeared'
    return one(files, added, { type: 'show', path, text: content }, { type: 'notice', path, kind })
  }
  const shown = revision > file.revision && !isDirty(file) ? content : file.text
  // Told of a revision that this tab itself made: what it displaced was another's. Of a newer one: it was this tab's.
  const kind = revision <= file.revision ? 'conflict' : 'displaced'
  const displaced: Outcome[] =
    lost !== undefined && lost !== shown && by !== 'reset'
      ? [{ type: 'notice', path, kind, offered: lost }]
      : []
  if (revision <= file.revision) return { files, outcomes: displaced }

  if (content === null) {
    if (isDirty(file) && by !== 'reset')
      return one(files, { ...file, saved: null, revision }, { type: 'notice', path, kind: 'conflict' })
    const { [path]: _, ...rest } = files
    return {
      files: rest,
      outcomes: [
        { type: 'removed', path },
        { type: 'notice', path, kind: 'deleted', offered: file.text },
      ],
    }
  }
  if (content === file.text)
    return one(files, { ...file, saved: content, revision, edited: by !== 'reset' }, ...displaced)
  if (isDirty(file) && by !== 'reset')
    return one(
      files,
      { ...file, saved: content, revision },
      { type: 'notice', path, kind: 'conflict', offered: content },
    )
  const notice: Outcome = displaced[0] ?? {
    type: 'notice',
    path,
    kind: by,
    ...(by === 'reset' ? { offered: file.text } : {}),
  }
  const next = {
    ...file,
    text: content,
    saved: content,
    revision,
    edited: by !== 'reset',
    sending: undefined,
  }
  return one(files, next, { type: 'show', path, text: content }, notice)
}

/** The first welcome and those after a reconnect. What was typed meanwhile stays and becomes due again. */
function welcomed(files: Files, fresh: WorkspaceFile[]): Step {
  const outcomes: Outcome[] = []
  const next: Files = {}
  for (const { path, content, revision, edited } of fresh) {
    const mine = files[path]
    if (!mine || mine.text === content) {
      next[path] = { path, text: content, saved: content, revision, edited }
      if (!mine) outcomes.push({ type: 'show', path, text: content })
      continue
    }
    const unsaved = mine.text !== mine.saved
    if (!unsaved) {
      next[path] = { path, text: content, saved: content, revision, edited }
      outcomes.push({ type: 'show', path, text: content }, { type: 'notice', path, kind: 'tab' })
      continue
    }
    next[path] = {
      ...mine,
      saved: content,
      revision,
      edited: true,
      sending: undefined,
      unsure: undefined,
      refused: undefined,
    }
    // What lies between may be my own save whose answer was lost: then nobody else changed anything.
    const foreign = content !== mine.saved && content !== mine.unsure
    if (foreign) outcomes.push({ type: 'notice', path, kind: 'conflict', offered: content })
  }
  for (const mine of Object.values(files)) {
    if (next[mine.path]) continue
    if (mine.text !== mine.saved) next[mine.path] = { ...mine, saved: null, revision: 0, sending: undefined }
    else
      outcomes.push(
        { type: 'removed', path: mine.path },
        { type: 'notice', path: mine.path, kind: 'deleted', offered: mine.text },
      )
  }
  return { files: next, outcomes }
}

const one = (files: Files, file: FileState, ...outcomes: Outcome[]): Step => ({
  files: { ...files, [file.path]: file },
  outcomes,
})
