import type { AgentSync } from '../agent/port.ts'
import type { Engine } from '../engine/port.ts'
import type { TextVars } from '../protocol/language.ts'
import type { Pty } from '../terminal/pty.ts'

/** Where one session's images and containers live: a berth of its own, or its share of a given engine. */
export interface Workplace extends AsyncDisposable {
  readonly engine: Engine
  /** The tag that stands for `web`, and the name of the container that Build & Run makes. */
  readonly image: string
  readonly container: string
  /** Others use this engine too: run.sh neither chooses names nor gets what reaches beyond its container. */
  readonly shared: boolean
  /** Given to builds in place of a real secret; the private registry knows it alone. */
  readonly canary: string
  openShell(options: TerminalOptions): Promise<Pty>
  openContainerShell(container: string, options: TerminalOptions): Promise<Pty>
  /** Absent where the terminal has no folder of its own. */
  openSync?(): Promise<AgentSync>
  /** Why it ended; undefined when we ended it. Never rejects. */
  readonly ended: Promise<WorkplaceEnd | undefined>
}

export interface TerminalOptions {
  /** Unguessable; every process of the terminal carries it. */
  name: string
  cols: number
  rows: number
}

export interface WorkplaceEnd {
  code: 'DD_BERTH_DIED' | 'DD_LAUNCHER_LOST' | 'DD_ENGINE_GONE'
  vars: TextVars
}

export interface Workplaces {
  readonly kind: 'berth' | 'given'
  /** `queued`: told of the place in the queue, from 1, while none is free; 0 when one is being started. */
  open(options: { session: string; signal: AbortSignal; queued(position: number): void }): Promise<Workplace>
}
