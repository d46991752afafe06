/** The program's side of a terminal: an agent's shell in a berth, or an exec on a given engine. See agent/port.ts for the meaning of each. */
export interface Pty {
  onOutput(listener: (chunk: Uint8Array) => void): void
  write(bytes: Uint8Array): boolean
  drained(): Promise<void>
  resize(cols: number, rows: number): void
  pause(): void
  resume(): void
  readonly exited: Promise<number | null>
  close(): Promise<void>
}

/** One tab that looks at a terminal. Nothing here may throw or wait. */
export interface Viewer {
  /** Write `screen` first; output continues at `position`. */
  opened(position: number, screen: string): void
  /** `flushed` when the kernel has taken it. */
  output(position: number, chunk: Uint8Array, flushed: () => void): void
  exited(exitCode: number | null): void
  /** It does not read while others wait for it: close its connection; a page that is alive comes back and gets the screen. */
  stalled(): void
}
