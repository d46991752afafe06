import { posix } from 'node:path'

/** One pattern of a `.dockerignore`, without its `!`. */
export interface IgnorePattern {
  /** Whether it names the path or a folder that the path lies in. */
  matches: (path: string) => boolean
  /** How many `*` and `**` it has: what matching it costs for each character of a path. */
  wildcards: number
}

type Token = { kind: 'one'; fits: (char: string) => boolean } | { kind: 'name' | 'rest' | 'folders' }

/**
 * Docker's pattern language (moby/patternmatcher): `*` and `?` within a name, `**` over folders, `[a-z]`, `\` before a character
 * meant literally. Undefined for a pattern that Docker refuses. Time is proportional to pattern times path: Docker's own translation
 * into a regular expression, in an engine that backtracks, would let a learner's file stop the lab for everybody.
 */
export function compilePattern(written: string): IgnorePattern | undefined {
  const cleaned = posix.normalize(written).replace(/(?<=.)\/$/, '')
  const tokens = tokenize(cleaned.length > 1 ? cleaned.replace(/^\//, '') : cleaned)
  if (!tokens) return undefined
  return {
    matches: (path) => matches(tokens, path),
    wildcards: tokens.filter((token) => token.kind !== 'one').length,
  }
}

function tokenize(pattern: string): Token[] | undefined {
  const tokens: Token[] = []
  let rest = pattern
  while (rest !== '') {
    const piece = /^(?:\*\*\/?|\*|\?|\[\^?(?:\\.|[^\]\\])+\]|\\.|[^[\\])/su.exec(rest)?.[0]
    const token = piece && tokenOf(piece, piece.length === rest.length)
    if (!token) return undefined
    // Two wildcards of one kind in a row say no more than one.
    if (token.kind === 'one' || tokens.at(-1)?.kind !== token.kind) tokens.push(token)
    rest = rest.slice(piece.length)
  }
  return tokens
}

function tokenOf(piece: string, last: boolean): Token | undefined {
  if (piece.startsWith('**')) return { kind: last ? 'rest' : 'folders' }
  if (piece === '*') return { kind: 'name' }
  if (piece === '?') return { kind: 'one', fits: (char) => char !== '/' }
  if (piece.startsWith('[')) return characterClass(piece)
  const literal = piece.startsWith('\\') ? piece.slice(1) : piece
  return { kind: 'one', fits: (char) => char === literal }
}

/** A class is the same in Docker's language and in a regular expression; of one character it cannot take long. */
function characterClass(piece: string): Token | undefined {
  try {
    const pattern = new RegExp(`^${piece.replace(/(?<!^)\[/g, '\\[')}$`, 's')
    return { kind: 'one', fits: (char) => pattern.test(char) }
  } catch {
    return undefined // a range the wrong way round
  }
}

/**
 * All ways through the pattern at once: `at` holds the tokens that may come next, `within` the `folders` tokens that have begun and
 * wait for their `/`.
 */
function matches(tokens: Token[], path: string): boolean {
  let at = skipOptional(tokens, new Set([0]))
  let within = new Set<number>()
  for (const char of path) {
    if (char === '/' && at.has(tokens.length)) return true // a parent
    const next = new Set<number>()
    const nextWithin = new Set<number>()
    for (const index of at) {
      const token = tokens[index]
      if (token?.kind === 'one' && token.fits(char)) next.add(index + 1)
      else if (token?.kind === 'rest' || (token?.kind === 'name' && char !== '/')) next.add(index)
      else if (token?.kind === 'folders') nextWithin.add(index)
    }
    for (const index of within) nextWithin.add(index)
    if (char === '/') for (const index of nextWithin) next.add(index + 1)
    at = skipOptional(tokens, next)
    within = nextWithin
    if (at.size === 0 && within.size === 0) return false
  }
  return at.has(tokens.length)
}

function skipOptional(tokens: Token[], at: Set<number>): Set<number> {
  // A set visits what is added to it on the way.
  for (const index of at) {
    const kind = tokens[index]?.kind
    if (kind && kind !== 'one') at.add(index + 1)
  }
  return at
}
