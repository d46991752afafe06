/**
 * What the rest of Drydock knows of berths. The web process speaks to the launcher (root) over a Unix socket through this;
 * `berth/client.ts` implements it. See ARCHITECTURE.md, "Berths".
 */
export interface Berth extends AsyncDisposable {
  readonly id: string
  /** The berth's Docker engine. Treat its answers as hostile: whoever learns in the berth may have replaced it. */
  readonly engineSocket: string
  /** The agent inside the berth: shells and files as the learner's user. Protocol: agent/protocol.ts. */
  readonly agentSocket: string
  /**
   * A folder of the web process's that the berth sees read-only as /run/drydock. A Unix socket `registry.sock` created in it is what
   * `registry.lab:4873` inside the berth connects to.
   */
  readonly servicesDir: string
  /** Resolves when the berth has ended, whoever ended it. `stopped`: by us. */
  readonly ended: Promise<BerthEnd>
  stop(): Promise<void>
}

export interface BerthEnd {
  reason: 'stopped' | 'died' | 'launcher-lost'
  detail: string
}

export interface BerthLimits {
  memoryBytes: number
  cpus: number
  pids: number
  diskBytes: number
}

export const DEFAULT_LIMITS: BerthLimits = {
  memoryBytes: 1536 * 1024 * 1024, // dockerd and containerd 120 MB, a node build 300–600 MB, the rest is page cache
  cpus: 1.5, // of two: a busy berth leaves the lab itself half a core
  pids: 800,
  diskBytes: 4 * 1024 * 1024 * 1024,
}

export interface BerthHost extends AsyncDisposable {
  /** A berth whose engine answers, from the warm pool where it has one. DD_BERTH_FULL, DD_BERTH_START. */
  open(options?: { limits?: Partial<BerthLimits>; signal?: AbortSignal }): Promise<Berth>
  status(): Promise<{ open: number; warm: number; capacity: number }>
}
