import { batch, type Signal, signal } from '@preact/signals'
import type { BuildEvent, Phase, ServerMessage } from '../../../backend/protocol/messages.ts'
import { LESSON_SOCKET_PATH, PROGRESS_PATH } from '../../../backend/protocol/paths.ts'
import { appendText, type BoundedText, type BuildLog, buildLog, NO_BUILD, NO_TEXT } from '../build/log.ts'
import { type CheckState, checkState, NO_CHECK } from '../check/state.ts'
import { LessonSocket, type Request, type RequestError } from '../connection/lesson-socket.ts'
import { type ConnectionState, START } from '../connection/state.ts'
import { FileStore } from '../files/file-store.ts'
import { type Translate, translator } from '../i18n/catalog.ts'
import { Terminals } from '../terminal/terminals.ts'
import type { AboutLesson } from './about.ts'
import { keptOfTab } from './kept.ts'
import { explain, type Problem } from './problem.ts'

export interface PhaseState {
  phase: Phase | 'connecting'
  /** Why the Docker host ended. */
  problem?: Problem
  /** Place in the queue, from 1. */
  position?: number
}

export interface RunState {
  command: string
  ports: { container: number; host: number }[]
  exited?: { exitCode: number; oomKilled: boolean }
}

/** What the editor must do; the editor may not be loaded yet. */
export interface EditorOrders {
  show(path: string, text: string): void
  removed(path: string): void
}

const OUTPUT_CHARS = 128 * 1024 // of the container's output, the end stays
const DRAW_EVERY_MS = 50 // a build that prints without pause is drawn twenty times a second

/** One learner at one lesson in this tab: everything that the page shows, as signals, and everything that it can ask for. */
export class LessonSession {
  readonly about: AboutLesson
  readonly t: Translate
  readonly connection: Signal<ConnectionState> = signal(START)
  /** True from the first welcome on. */
  readonly welcomed = signal(false)
  readonly phase: Signal<PhaseState> = signal({ phase: 'connecting' })
  readonly engine: Signal<'berth' | 'given'> = signal('berth')
  readonly build: Signal<BuildLog> = signal(NO_BUILD)
  readonly output: Signal<BoundedText> = signal(NO_TEXT)
  readonly run: Signal<RunState | undefined> = signal(undefined)
  readonly check: Signal<CheckState> = signal(NO_CHECK)
  readonly problem: Signal<Problem | undefined> = signal(undefined)
  readonly files: FileStore
  readonly terminals: Terminals
  editor: EditorOrders = { show() {}, removed() {} }
  #socket: LessonSocket
  #undrawn: ({ build: BuildEvent } | { output: string })[] = []
  /** Why a file's text is not saved, by path. */
  #refusals = new Map<string, Problem>()
  #drawTimer: ReturnType<typeof setTimeout> | undefined

  constructor(about: AboutLesson, connect: () => WebSocket = () => new WebSocket(addressOf(about))) {
    this.about = about
    this.t = translator(about.language)
    const kept = keptOfTab(about.id)
    this.#socket = new LessonSocket({
      connect,
      onState: (state) => this.#connectionChanged(state),
      onMessage: (message) => this.#receive(message),
      onFrame: (frame) => this.terminals.frame(frame),
    })
    const request = (message: Request) => this.#socket.request(message)
    this.files = new FileStore({
      request,
      connected: () => this.#socket.state.name === 'open',
      drafts: kept.drafts,
      onShow: (path, text) => this.editor.show(path, text),
      onRemoved: (path) => this.editor.removed(path),
      onEdited: () => this.#edited(),
      onRefused: (path, error) => this.#refused(error, path),
    })
    this.terminals = new Terminals(
      {
        request,
        sendFrame: (frame) => this.#socket.sendFrame(frame),
        bufferedBytes: () => this.#socket.bufferedBytes,
        words: { ended: this.t('terminal.ended'), replaced: this.t('terminal.replaced') },
        onRefused: (session, error) => {
          if (session.kind === 'container' || this.terminals.sessions.peek().length > 1)
            void this.terminals.close(session)
          this.#refused(error)
        },
      },
      kept.terminals,
    )
  }

  start(): void {
    this.#socket.start()
    addEventListener('online', () => this.#socket.retryNow())
    addEventListener('pagehide', () => this.files.flush())
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.files.flush()
      else this.#socket.retryNow()
    })
  }

  /** The server has another version of the site than this page, or is away. */
  partMissing = () => {
    this.problem.value = { code: 'part', what: this.t('page.part'), next: this.t('page.part.next') }
  }

  retryNow(): void {
    this.#socket.retryNow()
  }

  get busy(): boolean {
    return this.phase.value.phase === 'building' || this.check.value.running
  }

  buildAndRun = () => this.#withFiles({ type: 'run' })
  checkGoals = () => this.#withFiles({ type: 'check' })
  stop = () => this.#ask({ type: 'stop' })
  renewHost = () => this.#ask({ type: 'berth.renew' })

  async resetFile(path: string): Promise<void> {
    this.files.flush()
    await this.#ask({ type: 'file.reset', path })
  }

  async resetAll(): Promise<void> {
    this.files.flush()
    await this.#ask({ type: 'workspace.reset' })
  }

  async #withFiles(request: Request): Promise<void> {
    if (this.busy) return
    if (await this.files.settled()) await this.#ask(request)
    else if (this.connection.peek().name !== 'open')
      this.problem.value = explain('closed', {}, this.about.language)
    else {
      // What would be built is not what is in the editor: say again which file is in the way.
      const unsaved = Object.values(this.files.files.peek()).find((file) => file.refused === file.text)
      this.problem.value = unsaved && this.#refusals.get(unsaved.path)
    }
  }

  async #ask(request: Request): Promise<boolean> {
    this.problem.value = undefined
    try {
      await this.#socket.request(request)
      return true
    } catch (error) {
      this.#refused(error as RequestError)
      return false
    }
  }

  #refused(error: RequestError, path = ''): void {
    this.problem.value =
      error.code === 'too-long'
        ? { code: error.code, what: this.t('files.tooLong', { path }), next: this.t('files.tooLong.next') }
        : explain(error.code, error.vars, this.about.language)
    if (path) this.#refusals.set(path, this.problem.value)
  }

  #edited(): void {
    this.check.value = checkState(this.check.peek(), { type: 'edited' })
  }

  #connectionChanged(state: ConnectionState): void {
    this.connection.value = state
    if (state.name !== 'waiting') return
    // A server with another key knows this browser's cookie no more; any answer of it brings a fresh one.
    if (state.attempt > 0) void fetch(PROGRESS_PATH).catch(() => undefined)
    this.files.apply({ type: 'disconnected' })
    this.files.keepDrafts()
    this.terminals.disconnected()
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        batch(() => {
          this.engine.value = message.engine
          this.check.value = checkState(this.check.peek(), message)
          this.files.apply({ type: 'welcomed', files: message.files })
          this.terminals.welcomed(message.terminals)
          this.welcomed.value = true
          this.#phase({ phase: message.phase })
        })
        return
      case 'phase': {
        const { phase, code, vars, position } = message
        this.#phase({
          phase,
          position,
          problem: code ? explain(code, vars ?? {}, this.about.language) : undefined,
        })
        return
      }
      case 'error':
        this.problem.value = explain(message.code, message.vars, this.about.language)
        return
      case 'file.changed':
        this.files.apply({ ...message, type: 'changed' })
        return
      case 'build':
        if (message.event.type === 'started') this.#freshRun()
        this.#draw({ build: message.event })
        return
      case 'run.started':
        this.run.value = { command: message.command, ports: message.ports }
        return
      case 'run.output':
        this.#draw({ output: message.text })
        return
      case 'run.exited':
        this.run.value = { command: '', ports: [], ...this.run.peek(), exited: message }
        return
      case 'check.started':
      case 'check.stage':
      case 'check.goal':
      case 'check.done':
        this.check.value = checkState(this.check.peek(), message)
        // Told again after a reload, when the checking has long ended without a report.
        if (this.phase.peek().phase !== 'checking') this.#checkEnded()
        return
      case 'terminal.opened':
        this.terminals.opened(message)
        return
      case 'terminal.exited':
        this.terminals.exited(message.terminal)
        return
    }
  }

  #phase(state: PhaseState): void {
    const before = this.phase.peek().phase
    this.phase.value = state
    const { phase } = state
    if (before === 'checking' && phase !== 'checking') this.#checkEnded()
    this.#drawNow()
    this.terminals.host(phase !== 'waiting' && phase !== 'starting' && phase !== 'ended', phase === 'ended')
  }

  #freshRun(): void {
    this.run.value = undefined
    this.output.value = NO_TEXT
    this.#undrawn = []
  }

  #checkEnded(): void {
    this.check.value = checkState(this.check.peek(), { type: 'given-up' })
  }

  #draw(event: { build: BuildEvent } | { output: string }): void {
    this.#undrawn.push(event)
    this.#drawTimer ??= setTimeout(() => this.#drawNow(), DRAW_EVERY_MS)
  }

  #drawNow(): void {
    clearTimeout(this.#drawTimer)
    this.#drawTimer = undefined
    let build = this.build.peek()
    let output = ''
    for (const one of this.#undrawn.splice(0)) {
      if ('build' in one) build = buildLog(build, one.build)
      else output += one.output
    }
    // A build whose Docker host died has no last word of its own.
    const over = ['ready', 'running', 'ended'].includes(this.phase.peek().phase)
    if (over && build.state === 'running')
      build = buildLog(build, { type: 'done', outcome: 'cancelled', ms: 0 })
    batch(() => {
      this.build.value = build
      if (output) this.output.value = appendText(this.output.peek(), output, OUTPUT_CHARS)
    })
  }
}

function addressOf(about: AboutLesson): string {
  const address = new URL(LESSON_SOCKET_PATH, location.href)
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
  address.search = new URLSearchParams({ lesson: about.id, lang: about.language }).toString()
  return address.href
}
