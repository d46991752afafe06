import { randomBytes } from 'node:crypto'
import { statfs } from 'node:fs/promises'
import { DrydockError } from '../errors.ts'
import { type LaunchContext, type LaunchedBerth, launch } from './launch.ts'
import { type BerthLimits, DEFAULT_LIMITS } from './port.ts'
import { MOST } from './rpc.ts'
import { BERTHS_PER_LAB, firstUid } from './uids.ts'

export interface PoolOptions {
  owner: { uid: number; gid: number }
  capacity: number
  /** Berths kept started for whoever comes next. */
  warm: number
  /** Refusals to start because the disk is nearly full begin below this. */
  leastFreeBytes?: number
}

const LEAST_FREE_BYTES = 1024 ** 3 // a build or two of room for those who are already at work
const RETRY_MS = 10_000 // after a start that failed: the reason seldom goes away by itself
const REFILL_DELAY_MS = 300 // the learner who just came has the processors first

/** The berths of one launcher: starts, hands out, keeps warm ones, stops. */
export class Pool implements AsyncDisposable {
  readonly #context: LaunchContext
  readonly #options: PoolOptions
  readonly #slots = new Set<number>()
  readonly #alive = new Set<LaunchedBerth>()
  readonly #warm: LaunchedBerth[] = []
  #starting = 0
  #closed = false
  #refill: NodeJS.Timeout | undefined
  readonly #pending = new Set<Promise<unknown>>()

  constructor(context: LaunchContext, options: PoolOptions) {
    this.#context = context
    this.#options = options
    this.#scheduleRefill()
  }

  get status() {
    return {
      open: this.#alive.size - this.#warm.length,
      warm: this.#warm.length,
      capacity: this.#options.capacity,
    }
  }

  async open(asked: Partial<BerthLimits>): Promise<LaunchedBerth> {
    const limits = { ...DEFAULT_LIMITS, ...asked }
    for (const key of Object.keys(MOST) as (keyof BerthLimits)[])
      limits[key] = Math.min(limits[key], MOST[key])
    const usual = (Object.keys(limits) as (keyof BerthLimits)[]).every(
      (key) => limits[key] === DEFAULT_LIMITS[key],
    )
    const ready = usual ? this.#warm.shift() : undefined
    this.#scheduleRefill()
    if (ready) return ready
    // A warm one of the usual size makes room for one that is not.
    if (this.#full) await this.#warm.shift()?.[Symbol.asyncDispose]()
    if (this.#full) throw new DrydockError('DD_BERTH_FULL', { capacity: this.#options.capacity })
    return this.#start(limits)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    clearTimeout(this.#refill)
    await Promise.allSettled(this.#pending)
    await Promise.allSettled([...this.#alive].map((berth) => berth[Symbol.asyncDispose]()))
  }

  get #full(): boolean {
    return this.#alive.size + this.#starting >= Math.min(this.#options.capacity, BERTHS_PER_LAB)
  }

  async #start(limits: BerthLimits): Promise<LaunchedBerth> {
    if (this.#closed) throw new DrydockError('DD_BERTH_START', { detail: 'the launcher is stopping' })
    const { layout } = this.#context
    const free = await statfs(layout.diskDir).then((fs) => fs.bavail * fs.bsize)
    if (free < (this.#options.leastFreeBytes ?? LEAST_FREE_BYTES)) {
      throw new DrydockError('DD_BERTH_DISK', { dir: layout.diskDir, free: Math.floor(free / 1024 ** 2) })
    }
    const slot = this.#takeSlot()
    const id = `b${randomBytes(6).toString('hex')}`
    this.#starting++
    const starting = launch(this.#context, {
      id,
      firstUid: firstUid(layout.lab, slot),
      limits,
      owner: this.#options.owner,
    })
    this.#pending.add(starting)
    try {
      return this.#adopt(await starting, slot)
    } catch (cause) {
      this.#slots.delete(slot)
      throw new DrydockError('DD_BERTH_START', { detail: (cause as Error).message.slice(0, 1000) }, { cause })
    } finally {
      this.#starting--
      this.#pending.delete(starting)
    }
  }

  #adopt(launched: LaunchedBerth, slot: number): LaunchedBerth {
    let disposing: Promise<void> | undefined
    const berth: LaunchedBerth = {
      ...launched,
      [Symbol.asyncDispose]: () => {
        disposing ??= (async () => {
          const at = this.#warm.indexOf(berth)
          if (at >= 0) this.#warm.splice(at, 1)
          try {
            await launched[Symbol.asyncDispose]()
            this.#slots.delete(slot) // a slot whose berth could not be removed stays taken: its uids may still be in use
          } finally {
            this.#alive.delete(berth)
            this.#scheduleRefill()
          }
        })()
        return disposing
      },
    }
    this.#alive.add(berth)
    launched.ended.then(() => berth[Symbol.asyncDispose]()).catch(() => {})
    return berth
  }

  #takeSlot(): number {
    let slot = 0
    while (this.#slots.has(slot)) slot++
    this.#slots.add(slot)
    return slot
  }

  #scheduleRefill(delayMs = REFILL_DELAY_MS): void {
    if (this.#closed || this.#refill) return
    this.#refill = setTimeout(async () => {
      let next = REFILL_DELAY_MS
      try {
        if (this.#warm.length < this.#options.warm && !this.#full) {
          const berth = await this.#start(DEFAULT_LIMITS)
          this.#warm.push(berth)
        }
      } catch (error) {
        next = RETRY_MS
        process.stderr.write(
          `${JSON.stringify({ level: 'warn', msg: 'no warm berth', detail: (error as Error).message })}\n`,
        )
      } finally {
        this.#refill = undefined
        if (this.#warm.length < this.#options.warm && !this.#full) this.#scheduleRefill(next)
      }
    }, delayMs)
  }
}
