/** The lesson's own files in the lesson's order, then whatever else is there by name. */
export function tabOrder(paths: readonly string[], lesson: readonly string[]): string[] {
  const first = lesson.filter((path) => paths.includes(path))
  const rest = paths.filter((path) => !lesson.includes(path)).toSorted()
  return [...first, ...rest]
}
