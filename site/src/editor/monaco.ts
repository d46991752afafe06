import { editor, MarkerSeverity, Range, Uri } from 'monaco-editor/editor'
import EditorWorker from 'monaco-editor/editor/editor.worker?worker'
import './features.ts'
import { isDark, tokenColor } from '../styles/colors.ts'
import { changeBetween, languageOf } from './text.ts'

export interface EditorOptions {
  language: string
  label(path: string): string
  onChange(path: string, text: string): void
}

interface Tab {
  model: editor.ITextModel
  view: editor.ICodeEditorViewState | null
  /** Decorations, with the text of their lines when they were set: a line that was edited since is not the one that failed. */
  marks: { id: string; text: string }[]
}

/** The editor over the workspace's files: a model for each, so that undo and the cursor survive a change of tabs. The module is large: import it late. */
export class FileEditor implements Disposable {
  #options: EditorOptions
  #editor: editor.IStandaloneCodeEditor
  #tabs = new Map<string, Tab>()
  #path: string | undefined
  /** Set while the page itself writes into a model: that is no typing. */
  #quiet = false

  constructor(host: HTMLElement, options: EditorOptions) {
    globalThis.MonacoEnvironment ??= { getWorker: () => new EditorWorker() }
    this.#options = options
    defineThemes()
    this.#editor = editor.create(host, {
      model: null,
      theme: themeName(),
      automaticLayout: true,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
      fontSize: 13.5,
      lineHeight: 21,
      minimap: { enabled: false },
      scrollBeyondLastLine: false,
      padding: { top: 10, bottom: 10 },
      renderLineHighlight: 'line',
      overviewRulerBorder: false,
      hideCursorInOverviewRuler: true,
      lineDecorationsWidth: 6,
      lineNumbersMinChars: 3,
      folding: false,
      glyphMargin: true,
      wordWrap: 'on',
      wrappingIndent: 'indent',
      fixedOverflowWidgets: true,
      accessibilitySupport: 'auto',
      stickyScroll: { enabled: false },
      tabSize: 2,
      unicodeHighlight: { ambiguousCharacters: false },
      occurrencesHighlight: 'off',
      smoothScrolling: false,
      scrollbar: {
        verticalScrollbarSize: 10,
        horizontalScrollbarSize: 10,
        useShadows: false,
        alwaysConsumeMouseWheel: false,
      },
    })
  }

  /** Shows a file; `text` is taken only when it was not open before. */
  open(path: string, text: string): void {
    const before = this.#path === undefined ? undefined : this.#tabs.get(this.#path)
    if (before) before.view = this.#editor.saveViewState()
    const tab = this.#tab(path, text)
    this.#path = path
    this.#editor.setModel(tab.model)
    if (tab.view) this.#editor.restoreViewState(tab.view)
    this.#editor.updateOptions({ ariaLabel: this.#options.label(path) })
  }

  /** Puts in a text that came from elsewhere, as an edit that can be undone, changing as little as possible (the cursor stays). */
  show(path: string, text: string): void {
    const tab = this.#tabs.get(path)
    if (!tab) return
    const { model } = tab
    const change = changeBetween(model.getValue(), text)
    if (!change) return
    const start = model.getPositionAt(change.from)
    const end = model.getPositionAt(change.to)
    this.#quiet = true
    try {
      model.pushStackElement()
      const range = Range.fromPositions(start, end)
      model.pushEditOperations([], [{ range, text: change.text }], () => null)
      model.pushStackElement()
    } finally {
      this.#quiet = false
    }
  }

  remove(path: string): void {
    const tab = this.#tabs.get(path)
    if (this.#path === path) {
      this.#editor.setModel(null)
      this.#path = undefined
    }
    this.#tabs.delete(path)
    tab?.model.dispose()
  }

  /** Moves the cursor to a line (from 1) of the open file, where the learner can see it. */
  reveal(line: number): void {
    const model = this.#editor.getModel()
    if (!model) return
    const there = Math.min(Math.max(line, 1), model.getLineCount())
    this.#editor.setPosition({ lineNumber: there, column: model.getLineFirstNonWhitespaceColumn(there) || 1 })
    this.#editor.revealLineInCenterIfOutsideViewport(there)
    this.#editor.focus()
  }

  /** Marks lines of a file in the margin and with a marker; an empty list takes the marks away. */
  mark(path: string, marks: { line: number; message: string }[]): void {
    const tab = this.#tabs.get(path)
    if (!tab) return
    const lines = tab.model.getLineCount()
    const inside = marks.filter(({ line }) => line >= 1 && line <= lines)
    const ids = tab.model.deltaDecorations(
      tab.marks.map(({ id }) => id),
      inside.map(({ line, message }) => ({
        range: new Range(line, 1, line, 1),
        options: {
          isWholeLine: true,
          className: 'failed-line',
          glyphMarginClassName: 'failed-glyph',
          glyphMarginHoverMessage: { value: message },
          overviewRuler: { color: tokenColor('--fail'), position: editor.OverviewRulerLane.Full },
        },
      })),
    )
    tab.marks = ids.map((id, index) => ({ id, text: tab.model.getLineContent(inside[index]!.line) }))
    editor.setModelMarkers(
      tab.model,
      'drydock',
      inside.map(({ line, message }) => ({
        severity: MarkerSeverity.Error,
        message,
        startLineNumber: line,
        endLineNumber: line,
        startColumn: tab.model.getLineFirstNonWhitespaceColumn(line) || 1,
        endColumn: tab.model.getLineMaxColumn(line),
      })),
    )
  }

  focus(): void {
    this.#editor.focus()
  }

  setTheme(): void {
    defineThemes()
    editor.setTheme(themeName())
  }

  [Symbol.dispose](): void {
    for (const tab of this.#tabs.values()) tab.model.dispose()
    this.#editor.dispose()
  }

  #tab(path: string, text: string): Tab {
    const known = this.#tabs.get(path)
    if (known) return known
    const model = editor.createModel(
      text,
      languageOf(path),
      Uri.from({ scheme: 'workspace', path: `/${path}` }),
    )
    model.setEOL(editor.EndOfLineSequence.LF)
    const tab: Tab = { model, view: null, marks: [] }
    this.#tabs.set(path, tab)
    model.onDidChangeContent(() => {
      const stale = tab.marks.some(({ id, text }) => {
        const line = model.getDecorationRange(id)?.startLineNumber
        return line === undefined || model.getLineContent(line) !== text
      })
      if (stale) this.mark(path, [])
      if (!this.#quiet) this.#options.onChange(path, model.getValue())
    })
    return tab
  }
}

const themeName = () => (isDark() ? 'drydock-dark' : 'drydock-light')

function defineThemes(): void {
  const dark = isDark()
  const bare = (token: string) => tokenColor(token).slice(1)
  editor.defineTheme(themeName(), {
    base: dark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: 'comment', foreground: bare('--muted') },
      { token: 'keyword', foreground: bare('--accent') },
      { token: 'string', foreground: bare('--pass') },
    ],
    colors: {
      'editor.background': tokenColor('--surface'),
      'editor.foreground': tokenColor('--text'),
      'editorGutter.background': tokenColor('--surface'),
      'editorLineNumber.foreground': tokenColor('--muted'),
      'editorLineNumber.activeForeground': tokenColor('--text'),
      'editor.lineHighlightBackground': tokenColor('--sunken'),
      'editor.lineHighlightBorder': '#00000000',
      'editorCursor.foreground': tokenColor('--accent'),
      'editorWidget.background': tokenColor('--raised'),
      'editorWidget.border': tokenColor('--line-strong'),
      focusBorder: tokenColor('--accent'),
    },
  })
}
