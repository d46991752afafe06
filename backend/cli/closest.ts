/** The word of the list that was probably meant: at most a third of its letters wrong. */
export function closest(word: string, list: string[]): string | undefined {
  const [best] = list
    .map((each) => ({
      each,
      distance: distance(word.toLowerCase().replace(/^.*\//, ''), each.toLowerCase()),
    }))
    .sort((a, b) => a.distance - b.distance)
  return best && best.distance <= Math.max(1, best.each.length / 3) ? best.each : undefined
}

/** Levenshtein's: insertions, removals and changes of one letter. */
function distance(a: string, b: string): number {
  let row = [...Array(b.length + 1).keys()]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length]!
}
