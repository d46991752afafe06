/** The smallest single replacement that makes `next` of `before`; undefined when they are equal. Offsets in UTF-16 units. */
export function changeBetween(
  before: string,
  next: string,
): { from: number; to: number; text: string } | undefined {
  if (before === next) return undefined
  const shorter = Math.min(before.length, next.length)
  let start = 0
  while (start < shorter && before[start] === next[start]) start++
  let end = 0
  while (end < shorter - start && before[before.length - 1 - end] === next[next.length - 1 - end]) end++
  return { from: start, to: before.length - end, text: next.slice(start, next.length - end) }
}

/** The editor's language for a file of a workspace. */
export function languageOf(path: string): string {
  const name = path.split('/').at(-1) ?? ''
  if (/^(Dockerfile|Containerfile)(\.|$)|\.dockerfile$/i.test(name)) return 'dockerfile'
  if (/\.(sh|bash)$/.test(name)) return 'shell'
  if (/\.[cm]?[jt]s$/.test(name)) return 'javascript'
  if (/\.ya?ml$/.test(name)) return 'yaml'
  if (/\.json$/.test(name)) return 'json'
  if (/^\.npmrc$|\.(ini|conf|cfg)$|^\.env/.test(name)) return 'ini'
  return 'plaintext'
}
