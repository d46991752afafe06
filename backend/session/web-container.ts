import type { Engine } from '../engine/port.ts'
import { DrydockError } from '../errors.ts'
import type { ServerMessage } from '../protocol/messages.ts'
import { followContainer, type RunningContainer } from './build-run.ts'
import type { SessionEvent } from './state.ts'

const STOP_GRACE_SECONDS = 3 // docker's own ten are long for somebody who watches

/** The container of Build & Run: its output and its end are told for as long as it is the one. */
export class WebContainer {
  readonly #emit: (message: ServerMessage) => void
  readonly #step: (event: SessionEvent) => void
  #current: { engine: Engine; container: RunningContainer; news: AbortController } | undefined

  constructor(emit: (message: ServerMessage) => void, step: (event: SessionEvent) => void) {
    this.#emit = emit
    this.#step = step
  }

  get id(): string | undefined {
    return this.#current?.container.id
  }

  started(engine: Engine, container: RunningContainer): void {
    const current = { engine, container, news: new AbortController() }
    this.#current = current
    this.#step({ type: 'container.started' })
    const { signal } = current.news
    void followContainer(engine, container, this.#emit, signal).then(() => {
      if (this.#current !== current || signal.aborted) return
      this.#current = undefined
      this.#step({ type: 'container.ended' })
    })
  }

  /** Another takes its place, or its host is gone: its end is no news. */
  forget(): void {
    if (!this.#current) return
    this.#current.news.abort()
    this.#current = undefined
    this.#step({ type: 'container.ended' })
  }

  /** DD_NOTHING_TO_STOP. Its end is told as any other. */
  async stop(): Promise<void> {
    if (!this.#current) throw new DrydockError('DD_NOTHING_TO_STOP')
    const { engine, container } = this.#current
    await engine.stop(container, STOP_GRACE_SECONDS)
  }
}
