import { DrydockError } from '../../errors.ts'
import { readSubstitution, readVariable } from './expansion.ts'

/** What the shell would know when it runs the file. */
export interface ShellScope {
  /** For messages. */
  file: string
  /** `$PWD` and `$(pwd)`. */
  workingDir: string
  uid: number
  gid: number
  /** Relative paths that an unquoted `*` or `?` could stand for. */
  paths: Iterable<string>
}

export interface Word {
  text: string
  /** Counts from 1. */
  line: number
  /** As it stands in the file, quotes removed or not: whether any part of it was quoted. */
  quoted: boolean
}

/** The words of each simple command of a script, in order; comments and empty lines are gone. DD_RUN_QUOTE, -OPERATOR, -EXPANSION. */
export function readCommands(text: string, scope: ShellScope): Word[][] {
  return new Reader(text, scope).commands()
}

const BLANK = /[ \t]/
const OPERATOR = /^(?:&&|\|\||;;|<<-?|>>|[<>]&|[|&;()<>])/

/**
 * sh's own word rules, as far as one docker command needs them. A library's parser was no choice: none keeps line numbers, and
 * what they do not understand they pass on as if it were literal.
 */
class Reader {
  private at = 0
  private line = 1
  private readonly text: string
  private readonly scope: ShellScope

  constructor(text: string, scope: ShellScope) {
    this.text = text
    this.scope = scope
  }

  commands(): Word[][] {
    const commands: Word[][] = []
    let words: Word[] = []
    const end = () => {
      if (words.length > 0) commands.push(words)
      words = []
    }
    while (this.at < this.text.length) {
      const char = this.text[this.at]!
      if (char === '\n') {
        this.newline()
        end()
      } else if (this.continued()) this.newline(2)
      else if (BLANK.test(char)) this.at++
      else if (char === '#') this.skipComment()
      else words.push(this.word())
    }
    end()
    return commands
  }

  private word(): Word {
    const line = this.line
    let text = ''
    let quoted = false
    let glob = false
    if (this.text[this.at] === '~') this.refuseExpansion(/^~[^\s:]*/)
    while (this.at < this.text.length) {
      this.refuseUnusable()
      const char = this.text[this.at]!
      if (this.continued()) {
        this.newline(2)
        continue
      }
      if (char === '\n' || BLANK.test(char)) break
      this.refuseOperator(text)
      if (char === "'" || char === '"') {
        quoted = true
        text += char === "'" ? this.singleQuoted() : this.doubleQuoted()
      } else if (char === '\\') {
        quoted = true
        text += this.escaped()
      } else if (char === '$' || char === '`') text += this.expansion(false)
      else {
        glob ||= char === '*' || char === '?'
        text += char
        this.at++
      }
    }
    if (glob && mayMatch(text, this.scope.paths)) this.fail('DD_RUN_EXPANSION', { text: shorten(text), line })
    return { text, line, quoted }
  }

  private escaped(): string {
    this.at++
    this.refuseUnusable()
    return this.text[this.at++] ?? '\\'
  }

  private singleQuoted(): string {
    const close = this.text.indexOf("'", this.at + 1)
    if (close < 0) this.fail('DD_RUN_QUOTE', { what: 'quote' })
    const content = this.text.slice(this.at + 1, close)
    this.refuseUnusableIn(content)
    this.line += content.split('\n').length - 1
    this.at = close + 1
    return content
  }

  private doubleQuoted(): string {
    const opened = this.line
    let content = ''
    this.at++
    while (this.at < this.text.length) {
      this.refuseUnusable()
      const char = this.text[this.at]!
      if (char === '"') {
        this.at++
        return content
      }
      if (this.continued()) this.newline(2)
      else if (char === '\\' && /[$`"\\]/.test(this.text[this.at + 1] ?? '')) {
        content += this.text[this.at + 1]
        this.at += 2
      } else if (char === '$' || char === '`') content += this.expansion(true)
      else {
        content += char
        if (char === '\n') this.newline()
        else this.at++
      }
    }
    return this.fail('DD_RUN_QUOTE', { what: 'quote', line: opened })
  }

  /** At `$` or a backtick. */
  private expansion(inQuotes: boolean): string {
    const found =
      readSubstitution(this.text, this.at, this.scope) ??
      readVariable(this.text, this.at, inQuotes, this.scope)
    if (found.value === undefined) this.fail('DD_RUN_EXPANSION', { text: shorten(found.source) })
    this.at += found.source.length
    return found.value!
  }

  private skipComment(): void {
    const end = this.text.indexOf('\n', this.at)
    this.at = end < 0 ? this.text.length : end
  }

  private continued(): boolean {
    return this.text.startsWith('\\\n', this.at)
  }

  private newline(length = 1): void {
    this.at += length
    this.line++
  }

  private refuseOperator(before: string): void {
    const operator = OPERATOR.exec(this.text.slice(this.at, this.at + 3))?.[0]
    if (!operator) return
    const descriptor = /^[<>]/.test(operator) && /^[0-9]$/.test(before) ? before : '' // the 2 of 2>&1
    this.fail('DD_RUN_OPERATOR', { operator: descriptor + operator })
  }

  private refuseExpansion(pattern: RegExp): void {
    const source = pattern.exec(this.text.slice(this.at, this.at + 80))?.[0] ?? ''
    this.fail('DD_RUN_EXPANSION', { text: shorten(source) })
  }

  private refuseUnusable(): void {
    const char = this.text[this.at]
    if (char === '\r') {
      this.fail('DD_RUN_QUOTE', {
        what: /^\r(\n|$)/.test(this.text.slice(this.at, this.at + 2)) ? 'crlf' : 'character',
      })
    }
    if (char === '\0') this.fail('DD_RUN_QUOTE', { what: 'character' })
  }

  private refuseUnusableIn(content: string): void {
    const bad = /[\r\0]/.exec(content)
    if (!bad) return
    this.line += content.slice(0, bad.index).split('\n').length - 1
    this.at += 1 + bad.index
    this.refuseUnusable()
  }

  private fail(code: 'DD_RUN_QUOTE' | 'DD_RUN_OPERATOR' | 'DD_RUN_EXPANSION', vars: object): never {
    throw new DrydockError(code, { file: this.scope.file, line: this.line, ...vars })
  }
}

/** An unquoted pattern that no file fits stays as it is, in sh too. */
function mayMatch(pattern: string, paths: Iterable<string>): boolean {
  if (pattern.length > 300) return true // no path is as long; nothing to lose by asking for quotes
  for (const path of paths) {
    if (globMatches(pattern, path)) return true
    const first = path.split('/', 1)[0]!
    if (first !== path && globMatches(pattern, first)) return true
  }
  return false
}

/** `*` and `?` only, in time proportional to pattern times path: a backtracking regular expression could be made to hang. */
export function globMatches(pattern: string, path: string): boolean {
  let p = 0
  let star = -1
  let mark = 0
  for (let s = 0; s < path.length; ) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++
      mark = s
    } else if (p < pattern.length && (pattern[p] === path[s] || (pattern[p] === '?' && path[s] !== '/'))) {
      p++
      s++
    } else if (star >= 0 && path[mark] !== '/') {
      p = star + 1
      s = ++mark
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** Enough of a foreign text to recognise it. */
export function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`
}
