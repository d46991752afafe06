import { join } from 'node:path'
import type { Agent } from '../agent/port.ts'
import { WORKSPACE_DIR } from '../agent/protocol.ts'
import type { Berth, BerthHost } from '../berth/port.ts'
import type { Clock } from '../clock.ts'
import type { Engine } from '../engine/port.ts'
import { asDrydockError, DrydockError } from '../errors.ts'
import type { Pty } from '../terminal/pty.ts'
import type { TerminalOptions, Workplace, WorkplaceEnd, Workplaces } from './workplace.ts'

export interface BerthParts {
  host: BerthHost
  agent: Agent
  openEngine(socketPath: string): Engine
  /** Serves the private registry on a Unix socket until disposed. */
  openRegistry(options: { socketPath: string; token: string }): Promise<AsyncDisposable>
  clock: Clock
}

const QUEUE_POLL_MS = 1000
/** Makes bash the shell where the image has it. */
const ANY_SHELL = 'if command -v bash >/dev/null; then exec bash; else exec sh; fi'

/** A berth for each session; a queue, first come first served, while all are in use. */
export class BerthWorkplaces implements Workplaces {
  readonly kind = 'berth'
  readonly #parts: BerthParts
  readonly #queue: symbol[] = []

  constructor(parts: BerthParts) {
    this.#parts = parts
  }

  async open({ signal, queued }: Parameters<Workplaces['open']>[0]): Promise<Workplace> {
    const turn = Symbol('turn')
    this.#queue.push(turn)
    try {
      for (;;) {
        const position = this.#queue.indexOf(turn)
        const berth = position === 0 ? await this.#tryOpen(signal) : undefined
        if (berth) {
          queued(0)
          return await furnish(berth, this.#parts)
        }
        queued(position + 1)
        await this.#parts.clock.sleep(QUEUE_POLL_MS, signal)
      }
    } finally {
      this.#queue.splice(this.#queue.indexOf(turn), 1)
    }
  }

  /** Undefined while all berths are in use. */
  async #tryOpen(signal: AbortSignal): Promise<Berth | undefined> {
    try {
      return await this.#parts.host.open({ signal })
    } catch (thrown) {
      signal.throwIfAborted()
      const error = asDrydockError(thrown)
      if (error.code !== 'DD_BERTH_FULL') throw error
      return undefined
    }
  }
}

async function furnish(berth: Berth, parts: BerthParts): Promise<Workplace> {
  const canary = parts.clock.random(16)
  let registry: AsyncDisposable
  try {
    registry = await parts.openRegistry({
      socketPath: join(berth.servicesDir, 'registry.sock'),
      token: canary,
    })
  } catch (error) {
    await berth.stop()
    throw error
  }
  return new BerthWorkplace(berth, registry, canary, parts)
}

/** It ended between the press and now. */
function containerGone(error: DrydockError): DrydockError {
  const gone = error.code === 'DD_ENGINE_REFUSED' && [404, 409].includes(Number(error.vars.status))
  return gone ? new DrydockError('DD_NO_CONTAINER') : error
}

class BerthWorkplace implements Workplace {
  readonly shared = false
  readonly image = 'web'
  readonly container = 'web'
  readonly canary: string
  readonly engine: Engine
  readonly ended: Promise<WorkplaceEnd | undefined>
  readonly #berth: Berth
  readonly #registry: AsyncDisposable
  readonly #agent: Agent

  constructor(berth: Berth, registry: AsyncDisposable, canary: string, parts: BerthParts) {
    this.#berth = berth
    this.#registry = registry
    this.#agent = parts.agent
    this.canary = canary
    this.engine = parts.openEngine(berth.engineSocket)
    this.ended = berth.ended.then(({ reason, detail }): WorkplaceEnd | undefined => {
      if (reason === 'stopped') return undefined
      if (reason === 'launcher-lost') return { code: 'DD_LAUNCHER_LOST', vars: {} }
      return { code: 'DD_BERTH_DIED', vars: { detail: complaint(detail) } }
    })
  }

  openShell(options: TerminalOptions) {
    return this.#open(['/bin/bash', '-l'], options)
  }

  async openContainerShell(container: string, options: TerminalOptions): Promise<Pty> {
    // Straight from the engine: every process in between costs a keystroke a tenth of a millisecond. What runs in a container runs on
    // when its connection is closed; the agent ends all that carry the mark, there too, when its own is.
    const guard = await this.#open(['sleep', 'infinity'], options)
    const { name, cols, rows } = options
    try {
      const shell = await this.engine.openTerminal({ id: container }, ['sh', '-c', ANY_SHELL], {
        env: [`DRYDOCK_TERMINAL=${name}`],
        cols,
        rows,
      })
      void shell.exited.then(() => guard.close())
      void guard.exited.then(() => shell.close())
      return { ...shell, close: () => guard.close() }
    } catch (thrown) {
      await guard.close()
      throw containerGone(asDrydockError(thrown))
    }
  }

  openSync() {
    return this.#agent.openSync(this.#berth.agentSocket, WORKSPACE_DIR)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]()
    await this.#registry[Symbol.asyncDispose]()
    await this.#berth.stop()
  }

  #open(argv: string[], { name, cols, rows }: TerminalOptions) {
    const env = { NPM_TOKEN: this.canary }
    return this.#agent.openShell(this.#berth.agentSocket, {
      terminal: name,
      argv,
      cwd: WORKSPACE_DIR,
      env,
      cols,
      rows,
    })
  }
}

/** What the engine's last lines complain of, in its own words; `none` when they only tell of its work. */
function complaint(log: string): string {
  const line = log
    .split('\n')
    .findLast((line) => /level=(error|fatal)|^(?!time=).*(panic|killed|memory)/i.test(line))
  return line ? (/msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] ?? line).slice(0, 200) : 'none'
}
