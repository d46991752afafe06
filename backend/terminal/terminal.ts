import type { Clock } from '../clock.ts'
import { HIGH_WATERMARK_BYTES, LOW_WATERMARK_BYTES } from '../protocol/frames.ts'
import type { TerminalKind } from '../protocol/messages.ts'
import type { Pty, Viewer } from './pty.ts'
import { Screen } from './screen.ts'

/** How much input may wait for a program that does not read. Above a 1 MB paste, below what hurts. */
const MAX_WAITING_INPUT_BYTES = 4 * 1024 * 1024
/** A viewer that keeps other viewers waiting for so long is closed. */
const STALL_MS = 10_000
/** With nobody looking, a chatty program goes on, but costs little: this much in each second. */
const UNWATCHED_BYTES_PER_SECOND = 1024 * 1024

interface Watching {
  /** Where this viewer's output began. */
  from: number
  acknowledged: number
  flushed: number
  /** Output that came while its screen was being made. */
  waiting: { position: number; chunk: Uint8Array }[] | undefined
}

/**
 * One pty, its screen, and the tabs that look at it. Output goes to the viewers as it comes, unchanged: bytes, never text, so a
 * character may be split anywhere. The pty is read no faster than the slowest viewer and the screen take it.
 */
export class Terminal implements AsyncDisposable {
  readonly name: string
  readonly kind: TerminalKind
  /** The exit code, after the viewers were told. Never rejects. */
  readonly ended: Promise<number | null>
  readonly #pty: Pty
  readonly #clock: Clock
  readonly #screen: Screen
  readonly #viewers = new Map<Viewer, Watching>()
  #burst: Uint8Array[] = []
  #position = 0
  #parsed = 0
  /** Since when the pty is not read. */
  #pausedAt: number | undefined
  #watchdog = false
  #waitingInput = 0
  #unwatched = 0
  #closed = new AbortController()

  constructor(
    pty: Pty,
    options: { name: string; kind: TerminalKind; cols: number; rows: number; clock: Clock },
  ) {
    this.name = options.name
    this.kind = options.kind
    this.#pty = pty
    this.#clock = options.clock
    this.#screen = new Screen(options.cols, options.rows, options.clock)
    this.ended = pty.exited.then((exitCode) => this.#end(exitCode))
    pty.onOutput((chunk) => this.#take(chunk))
  }

  /** Bytes printed so far. */
  get position(): number {
    return this.#position
  }

  /** Some tab shows it. */
  get watched(): boolean {
    return this.#viewers.size > 0
  }

  /** The viewer gets the screen as it is now, then everything after it. */
  async attach(viewer: Viewer): Promise<void> {
    this.#flush()
    const position = this.#position
    const watching: Watching = { from: position, acknowledged: position, flushed: position, waiting: [] }
    this.#viewers.set(viewer, watching)
    const screen =
      position === 0 ? '' : await Promise.race([this.#screen.snapshot(), this.ended.then(() => '')])
    if (this.#viewers.get(viewer) !== watching) return
    viewer.opened(position, screen)
    for (const { position, chunk } of watching.waiting ?? []) this.#send(viewer, watching, position, chunk)
    watching.waiting = undefined
    this.#unwatched = 0
    this.#adjust()
  }

  detach(viewer: Viewer): void {
    this.#viewers.delete(viewer)
    this.#adjust()
  }

  /** `position`: bytes the viewer's terminal has parsed. False when it claims what it was never sent. */
  acknowledge(viewer: Viewer, position: number): boolean {
    const watching = this.#viewers.get(viewer)
    if (!watching) return true
    if (position > this.#position || position < watching.from) return false
    watching.acknowledged = Math.max(watching.acknowledged, position)
    this.#adjust()
    return true
  }

  /** False when the program does not read and too much waits already: the bytes were dropped, all of them. */
  input(bytes: Uint8Array): boolean {
    if (this.#waitingInput + bytes.length > MAX_WAITING_INPUT_BYTES) return false
    // Input is never held back by pausing the viewer's socket: its acknowledgements travel there too, and a program that waits for its
    // output to be read would never read its input again.
    if (!this.#pty.write(bytes)) {
      if (this.#waitingInput === 0) void this.#pty.drained().then(() => (this.#waitingInput = 0))
      this.#waitingInput += bytes.length
    }
    return true
  }

  resize(cols: number, rows: number): void {
    this.#pty.resize(cols, rows)
    this.#screen.resize(cols, rows)
  }

  /** Ends the program. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pty.close()
    await this.ended
  }

  /** One read of the socket brings many small pieces of a busy pty: they go on as one, before anything else is read. */
  #take(chunk: Uint8Array): void {
    if (this.#burst.push(chunk) === 1) process.nextTick(() => this.#flush())
  }

  #flush(): void {
    const burst = this.#burst
    if (burst.length === 0) return
    this.#burst = []
    this.#output(burst.length === 1 ? burst[0]! : Buffer.concat(burst))
  }

  #output(chunk: Uint8Array): void {
    const position = this.#position
    this.#position += chunk.length
    for (const [viewer, watching] of this.#viewers) {
      if (watching.waiting) watching.waiting.push({ position, chunk })
      else this.#send(viewer, watching, position, chunk)
    }
    this.#screen.write(chunk, () => {
      this.#parsed = position + chunk.length
      if (this.#pausedAt !== undefined) this.#adjust()
    })
    if (this.#viewers.size === 0) this.#unwatched += chunk.length
    this.#adjust()
  }

  #send(viewer: Viewer, watching: Watching, position: number, chunk: Uint8Array): void {
    viewer.output(position, chunk, () => {
      watching.flushed = position + chunk.length
      if (this.#pausedAt !== undefined) this.#adjust()
    })
  }

  /** Bytes on their way to this viewer. Its word alone is not enough: one that acknowledges without reading would fill our memory. */
  #inFlight(watching: Watching): number {
    return this.#position - Math.min(watching.acknowledged, watching.flushed)
  }

  #adjust(): void {
    if (this.#closed.signal.aborted) return
    let most = this.#position - this.#parsed
    for (const watching of this.#viewers.values()) most = Math.max(most, this.#inFlight(watching))
    const idle = this.#viewers.size === 0 && this.#unwatched > UNWATCHED_BYTES_PER_SECOND
    const paused = this.#pausedAt !== undefined
    if (!paused && (most > HIGH_WATERMARK_BYTES || idle)) this.#pause()
    else if (paused && most < LOW_WATERMARK_BYTES && !idle) this.#resume()
  }

  #pause(): void {
    this.#pausedAt = this.#clock.now()
    this.#pty.pause()
    if (!this.#watchdog) void this.#watch()
  }

  /** Runs while the pty is paused: lets an unwatched program go on slowly, and drops viewers that hold the others up. */
  async #watch(): Promise<void> {
    this.#watchdog = true
    while (this.#pausedAt !== undefined) {
      await this.#clock.sleep(1000, this.#closed.signal).catch(() => {})
      if (this.#closed.signal.aborted) return
      this.#unwatched = 0
      if (this.#pausedAt !== undefined && this.#clock.now() - this.#pausedAt >= STALL_MS) this.#dropStalled()
      this.#adjust()
    }
    this.#watchdog = false
  }

  #resume(): void {
    this.#pausedAt = undefined
    this.#pty.resume()
  }

  #dropStalled(): void {
    const stalled = [...this.#viewers].filter(
      ([, watching]) => this.#inFlight(watching) >= LOW_WATERMARK_BYTES,
    )
    if (stalled.length === this.#viewers.size) return
    for (const [viewer] of stalled) {
      this.#viewers.delete(viewer)
      viewer.stalled()
    }
  }

  #end(exitCode: number | null): number | null {
    this.#flush()
    this.#closed.abort()
    for (const viewer of this.#viewers.keys()) viewer.exited(exitCode)
    this.#viewers.clear()
    this.#screen[Symbol.dispose]()
    return exitCode
  }
}
