import type { ShellScope } from './shell-words.ts'

/** The piece of the file that the shell would replace, and by what; no value: it is not understood here. */
export interface Expansion {
  source: string
  value: string | undefined
}

type Values = Pick<ShellScope, 'workingDir' | 'uid' | 'gid'>

/** `$(…)` and backticks; undefined when neither stands at `at`. */
export function readSubstitution(text: string, at: number, values: Values): Expansion | undefined {
  const opener = text.startsWith('$(', at) ? '$(' : text[at] === '`' ? '`' : undefined
  if (!opener) return undefined
  const end = opener === '`' ? text.indexOf('`', at + 1) : closingParenthesis(text, at + 2)
  if (end < 0) return { source: text.slice(at, at + 80).split('\n', 1)[0]!, value: undefined }
  const command = text
    .slice(at + opener.length, end)
    .trim()
    .replace(/\s+/g, ' ')
  return { source: text.slice(at, end + 1), value: outputOf(command, values) }
}

function outputOf(command: string, values: Values): string | undefined {
  switch (command) {
    case 'pwd':
      return values.workingDir
    case 'id -u':
      return String(values.uid)
    case 'id -g':
      return String(values.gid)
    case 'dirname "$0"':
    case 'dirname -- "$0"':
    case 'dirname $0':
      return '.' // run.sh lies in the workspace's folder and is started there
    default:
      return undefined
  }
}

/** Quotes inside `$(…)` are a world of their own, so a parenthesis in them does not count. -1: never closed. */
function closingParenthesis(text: string, from: number): number {
  let depth = 1
  let quote = ''
  for (let at = from; at < text.length; at++) {
    const char = text[at]!
    if (char === '\\' && quote !== "'") at++
    else if (quote) quote = char === quote ? '' : quote
    else if (char === "'" || char === '"') quote = char
    else if (char === '(') depth++
    else if (char === ')' && --depth === 0) return at
  }
  return -1
}

/** `$NAME`, `${…}` and the special parameters; a `$` that begins none of them is an ordinary character. */
export function readVariable(text: string, at: number, inQuotes: boolean, values: Values): Expansion {
  const source = /^\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[^}\n]*\}?|[0-9@*#?$!-])/.exec(text.slice(at, at + 120))?.[0]
  if (source) {
    const known = /^\$(PWD|\{PWD\})$/.test(source)
    return { source, value: known ? values.workingDir : undefined }
  }
  const next = text[at + 1]
  // $'…' and $"…" are bash's alone: sh would keep the dollar sign.
  if (!inQuotes && (next === "'" || next === '"')) return { source: text.slice(at, at + 2), value: undefined }
  return { source: '$', value: '$' }
}
