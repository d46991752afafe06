/** What is said about a set of measurements: the middle, and the middle half around it. Outliers of a busy machine move neither. */
export interface Summary {
  n: number
  median: number
  /** First and third quartile. */
  low: number
  high: number
}

/** `q` from 0 to 1, linear between the two nearest samples (R's type 7). NaN of nothing. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

export function summarize(samples: readonly number[]): Summary {
  return {
    n: samples.length,
    median: quantile(samples, 0.5),
    low: quantile(samples, 0.25),
    high: quantile(samples, 0.75),
  }
}

export interface Pair {
  ours: number
  theirs: number
}

/**
 * Ours ÷ theirs of measurements that were taken one right after the other, so that what else the machine does touches both. The quotient
 * is made pair by pair: a drift over the run cancels, which it would not in a quotient of two medians.
 */
export function pairedRatio(pairs: readonly Pair[]): Summary {
  return summarize(pairs.map(({ ours, theirs }) => ours / theirs))
}

/** Runs both sides `count` times, side by side, in turn first and second: neither always follows the other's heat. */
export async function interleave(
  count: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<Pair[]> {
  const pairs: Pair[] = []
  for (let i = 0; i < count; i++) {
    if (i % 2 === 0) {
      const first = await ours()
      pairs.push({ ours: first, theirs: await theirs() })
    } else {
      const first = await theirs()
      pairs.push({ ours: await ours(), theirs: first })
    }
  }
  return pairs
}
