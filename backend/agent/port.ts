/**
 * What the rest of Drydock knows of the agent inside a berth; `client.ts` implements it over the agent's Unix socket. Whoever learns in
 * the berth may have replaced the agent: its answers are bounded and checked, never believed.
 */
export interface Agent {
  /** A shell (or any program) on a pty as the learner's user. Rejects with DD_AGENT_GONE when the agent cannot be reached. */
  openShell(agentSocket: string, options: ShellOptions): Promise<AgentShell>
  openSync(agentSocket: string, dir: string): Promise<AgentSync>
}

export interface ShellOptions {
  /** Unguessable; every process that carries it is killed when the shell is closed. */
  terminal: string
  argv: string[]
  cwd: string
  env: Record<string, string>
  cols: number
  rows: number
}

export interface AgentShell {
  /**
   * The pty's raw bytes, called straight from the socket's data handler: a keystroke's echo waits for no tick. Set once, right after
   * opening; what came earlier is delivered first. The chunk is the listener's own: it is never written again.
   */
  onOutput(listener: (chunk: Uint8Array) => void): void
  /** False when more than the agent has taken is waiting here; `drained` then says when to go on. */
  write(bytes: Uint8Array): boolean
  drained(): Promise<void>
  /** In order with `write`. */
  resize(cols: number, rows: number): void
  /** Stops reading the socket, and so, once the kernel's buffers are full, the pty. What is already read may still arrive. */
  pause(): void
  resume(): void
  /** The exit code after all output was delivered; null when the connection ended without one. Never rejects. */
  readonly exited: Promise<number | null>
  /** Ends the terminal's processes. Resolves when the connection is closed; twice is fine. */
  close(): Promise<void>
}

export type SyncChange =
  | { type: 'changed'; path: string; content: string }
  | { type: 'deleted'; path: string }
  | { type: 'skipped'; path: string; reason: 'size' | 'binary' | 'count' }

export interface AgentSync {
  /** Resolves when the whole folder has been reported to the listener; rejects with DD_AGENT_GONE when the connection ends before. */
  readonly ready: Promise<void>
  /** Resolves when the connection has ended, whoever ended it. Never rejects. */
  readonly ended: Promise<void>
  /** Set once, right after opening; what came earlier is delivered first. Only changes that somebody else made. */
  onChange(listener: (change: SyncChange) => void): void
  /** `mode`: permission bits, 0o644 or 0o755. Resolves when the file is there; rejects with DD_AGENT_REFUSED or DD_AGENT_GONE. */
  write(path: string, content: string, mode: number): Promise<void>
  delete(path: string): Promise<void>
  close(): void
}
