import type { BenchLab } from './lab.ts'
import type { Summary } from './statistics.ts'

/** One measured thing, in the unit that its name says. */
export interface Row {
  what: string
  value: Summary
  unit: string
  goal?: { atMost: number } | { atLeast: number }
}

export interface Setting {
  /** Fewer samples: to see that a bench works, not to believe its numbers. */
  quick: boolean
  /** The whole lab as `npm start` runs it, started when first asked for. */
  lab(): Promise<BenchLab>
  /** For what takes long. */
  progress(text: string): void
}

export interface Bench {
  /** For `--only`. */
  name: string
  title: string
  /** Exactly what is measured and compared. */
  compared: string
  run(setting: Setting): Promise<Row[]>
}

export function isMet({ value, goal }: Row): boolean | undefined {
  if (!goal) return undefined
  return 'atMost' in goal ? value.median <= goal.atMost : value.median >= goal.atLeast
}
