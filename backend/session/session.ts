import type { LoadedLesson } from '../../lessons/format/load.ts'
import type { GradeEvent } from '../check/grade.ts'
import type { Clock } from '../clock.ts'
import { asDrydockError, DrydockError } from '../errors.ts'
import type { Progress } from '../progress/progress.ts'
import type { Page, Tab } from '../protocol/connection.ts'
import type { Language } from '../protocol/language.ts'
import type { ClientMessage, ServerMessage } from '../protocol/messages.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { WorkspaceFiles } from '../workspace/files.ts'
import { BerthSync } from './berth-sync.ts'
import { buildAndRun, readRunCommand } from './build-run.ts'
import { type FileChange, SessionFiles } from './files.ts'
import { checkMessages, type Grade } from './grading.ts'
import { keepInSync } from './keep-in-sync.ts'
import { LearnerHost } from './learner-host.ts'
import { nextState, phaseOf, refuseWhileBusy, type SessionEvent, type SessionState, START } from './state.ts'
import { LessonTab } from './tab.ts'
import { SessionTerminals } from './terminals.ts'
import { Transcript } from './transcript.ts'
import { WebContainer } from './web-container.ts'
import type { Workplace, Workplaces } from './workplace.ts'

export interface SessionLesson {
  loaded: LoadedLesson
  starter: WorkspaceFiles
}

export interface SessionOptions {
  /** Names it on an engine that is shared; unguessable. */
  id: string
  learner: string
  lesson: SessionLesson
  progress: Progress
  workplaces: Workplaces
  grade: Grade
  /** Whether a terminal of another session has this name: then it is not this learner's to open here. */
  belongsElsewhere(terminal: string): boolean
  clock: Clock
  log: { error(fields: object, message: string): void }
}

/** One learner at one lesson, in as many tabs as they like. */
export class Session {
  readonly #options: SessionOptions
  readonly #files: SessionFiles
  readonly #sync: BerthSync
  readonly #host: LearnerHost
  readonly #tabs = new Set<LessonTab>()
  readonly #transcript = new Transcript()
  readonly #web: WebContainer
  readonly terminals: SessionTerminals
  #state: SessionState = START
  /** Ends the build or the check that runs. */
  #activity: AbortController | undefined
  #syncing = new AbortController()

  constructor(options: SessionOptions) {
    this.#options = options
    const { learner, lesson, progress, clock } = options
    const { id } = lesson.loaded
    this.#files = new SessionFiles(lesson.starter, lesson.loaded.lesson.files, {
      load: () => progress.files(learner, id),
      save: (files) => progress.saveFiles(learner, id, files),
    })
    this.#sync = new BerthSync(
      this.#files,
      {
        changed: (change) => this.#tell({ type: 'file.changed', by: 'terminal', ...change }),
        problem: (error) => this.#problem(error),
      },
      clock,
    )
    this.terminals = new SessionTerminals(clock)
    this.#web = new WebContainer(
      (message) => this.#record(message),
      (event) => this.#step(event),
    )
    this.#host = new LearnerHost({
      session: options.id,
      workplaces: options.workplaces,
      clock,
      step: (event) => this.#step(event),
      furnish: (workplace) => this.#furnish(workplace),
      gone: () => this.#gone(),
    })
  }

  get tabs(): number {
    return this.#tabs.size
  }

  connect(page: Page, closed: () => void): Tab {
    const tab = new LessonTab(this, page, () => {
      this.#tabs.delete(tab)
      closed()
    })
    const { learner, lesson, progress, workplaces } = this.#options
    const { id } = lesson.loaded
    const { passed, attempts } = progress.standing(learner, id)
    const lastReport = progress.lastReport(learner, id)
    page.send({
      type: 'welcome',
      files: this.#files.shown(),
      phase: phaseOf(this.#state),
      engine: workplaces.kind,
      ...(lastReport && { lastReport }),
      passed,
      attempts,
      terminals: this.terminals.list(),
    })
    if (this.#state.end || this.#state.position) page.send(this.#phaseMessage())
    for (const message of this.#transcript) page.send(message)
    this.#tabs.add(tab)
    return tab
  }

  /** Errors are the answer to the request. What takes long goes on after the answer and is told by events. */
  async answer(tab: LessonTab, message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'file.reset':
        this.#sync.flush()
        return this.#reset(this.#files.reset(message.path))
      case 'workspace.reset':
        this.#sync.flush()
        return this.#reset(this.#files.resetAll())
      case 'run':
        return this.#run()
      case 'stop':
        return this.#stop()
      case 'check':
        return this.#check(tab.language)
      case 'berth.renew':
        if (this.#state.activity === 'building') this.#activity?.abort(new DrydockError('DD_STOPPING'))
        return this.#host.renew()
      default:
        throw new DrydockError('DD_PROTOCOL', { detail: message.type })
    }
  }

  /** Answers before the other tabs are told: the tab then knows the revision as its own. */
  save(tab: LessonTab, { id, path, content, base }: Extract<ClientMessage, { type: 'file.save' }>): void {
    this.#sync.flush()
    const change = this.#files.save(path, content, base)
    tab.send({ type: 'ok', id, revision: change.revision })
    for (const other of this.#tabs) {
      if (other !== tab || change.lost !== undefined)
        other.send({ type: 'file.changed', by: 'tab', ...change })
    }
    this.#sync.push([change])
  }

  /** An open one by its name, or a new one where that is gone. DD_NOT_YOURS for one of another session. */
  async terminal(request: Extract<ClientMessage, { type: 'terminal.open' }>): Promise<Terminal> {
    const { kind, cols, rows, resume } = request
    if (resume !== undefined && this.#options.belongsElsewhere(resume)) throw new DrydockError('DD_NOT_YOURS')
    const known = resume === undefined ? undefined : this.terminals.get(resume)
    if (known) return known
    if (kind === 'container' && this.#state.host === 'absent') throw new DrydockError('DD_NO_CONTAINER')
    return this.terminals.open(await this.#host.need(), kind, { cols, rows }, this.#web.id)
  }

  /** Ends what runs and gives the workplace back; files and progress are safe. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#activity?.abort(new DrydockError('DD_STOPPING'))
    this.#sync.flush()
    await this.#host.release()
  }

  #reset(changes: FileChange[]): void {
    for (const change of changes) this.#tell({ type: 'file.changed', by: 'reset', ...change })
    this.#sync.push(changes)
  }

  #run(): void {
    refuseWhileBusy(this.#state)
    requireRegistry(this.#options)
    this.#sync.flush()
    const files = this.#files.workspace()
    const run = readRunCommand(files, this.#options.workplaces.kind === 'given')
    this.#begin('building', async (signal) => {
      const workplace = await this.#host.need(signal)
      const emit = (message: ServerMessage) => this.#record(message)
      const { clock } = this.#options
      const replacing = () => this.#web.forget()
      const container = await buildAndRun({ workplace, files, run, emit, replacing, clock, signal })
      if (!container) return
      this.#web.started(workplace.engine, container)
    })
  }

  async #stop(): Promise<void> {
    if (this.#activity) {
      this.#activity.abort(new DrydockError('DD_CANCELLED'))
      return
    }
    await this.#web.stop()
  }

  #check(language: Language): void {
    refuseWhileBusy(this.#state)
    requireRegistry(this.#options)
    this.#sync.flush()
    const files = this.#files.workspace()
    const { grade, lesson, learner, progress, workplaces } = this.#options
    this.#begin('checking', async (signal) => {
      // On one engine two containers cannot publish the same port.
      if (workplaces.kind === 'given') await this.#web.stop().catch(() => {})
      this.#record({ type: 'check.stage', stage: 'berth' })
      const onEvent = (event: GradeEvent) =>
        checkMessages(event).forEach((message) => void this.#record(message))
      const report = await grade({ lesson, files, language, signal, onEvent })
      signal.throwIfAborted()
      progress.recordAttempt(learner, lesson.loaded.id, report)
      this.#record({ type: 'check.done', report })
    })
  }

  /** One at a time; its failure is told to every tab, its being stopped to none. */
  #begin(activity: 'building' | 'checking', work: (signal: AbortSignal) => Promise<void>): void {
    const controller = new AbortController()
    this.#activity = controller
    this.#transcript.clear()
    this.#step({ type: 'activity.began', activity })
    work(controller.signal)
      .catch((error) => {
        if (!controller.signal.aborted) this.#problem(asDrydockError(error))
      })
      .finally(() => {
        this.#activity = undefined
        this.#step({ type: 'activity.done' })
      })
  }

  async #furnish(workplace: Workplace): Promise<void> {
    if (!workplace.openSync) return
    this.#syncing = new AbortController()
    this.#sync.expectEverything()
    const problem = (error: DrydockError) => this.#problem(error)
    await keepInSync(
      this.#sync,
      () => workplace.openSync!(),
      problem,
      this.#options.clock,
      this.#syncing.signal,
    )
  }

  /** The workplace is gone, and everything in it. */
  #gone(): void {
    this.#syncing.abort()
    this.#sync.detach()
    this.#web.forget()
    void this.terminals.closeAll()
  }

  #step(event: SessionEvent): void {
    const before = this.#state
    this.#state = nextState(before, event)
    const same = phaseOf(before) === phaseOf(this.#state) && before.position === this.#state.position
    if (!same) this.#tell(this.#phaseMessage())
  }

  #phaseMessage(): ServerMessage {
    const { end, position } = this.#state
    const phase = phaseOf(this.#state)
    return {
      type: 'phase',
      phase,
      ...(phase === 'ended' && end),
      ...(position !== undefined && { position }),
    }
  }

  /** The lab's own faults go to the log, whoever is told of them. */
  fault(error: DrydockError): void {
    if (error.code === 'DD_INTERNAL')
      this.#options.log.error({ err: error.cause ?? error }, 'a session met a fault')
  }

  #problem(error: DrydockError): void {
    this.fault(error)
    this.#tell({ type: 'error', code: error.code, vars: error.vars })
  }

  #record(message: ServerMessage): void {
    this.#transcript.record(message)
    this.#tell(message)
  }

  #tell(message: ServerMessage): void {
    for (const tab of this.#tabs) tab.send(message)
  }
}

/** registry.lab is a berth's: DD_LESSON_NEEDS_BERTH. */
function requireRegistry({ lesson, workplaces }: SessionOptions): void {
  const secret = lesson.loaded.lesson.goals.some(({ kind }) => kind === 'secret-used')
  if (secret && workplaces.kind === 'given') throw new DrydockError('DD_LESSON_NEEDS_BERTH')
}
