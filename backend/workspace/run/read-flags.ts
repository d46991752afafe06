import { DrydockError } from '../../errors.ts'
import { type FlagEntry, longFlag, nearestFlag, shortFlag } from './flag-table.ts'
import { type ShellScope, shorten, type Word } from './shell-words.ts'

/** A flag as it was used. */
export interface FlagUse {
  /** The long name without dashes, aliases resolved: `publish` for `-p`. */
  name: string
  /** Of a boolean flag `true` or `false`. */
  value: string
  line: number
  /** As it stands in the file: `-p`, `--publish`. */
  written: string
}

type Flag = FlagEntry & { name: string }
type Scope = Pick<ShellScope, 'file'>

/** The flags before the image, and what follows them, by the rules of the docker command itself (Go's pflag). */
export function readFlags(words: Word[], scope: Scope): { flags: FlagUse[]; rest: Word[] } {
  const flags: FlagUse[] = []
  const queue = [...words].reverse()
  for (let word = queue.pop(); word; word = queue.pop()) {
    if (word.text === '--') break
    if (!word.text.startsWith('-') || word.text === '-') {
      queue.push(word)
      break
    }
    if (word.text.startsWith('--')) flags.push(readLong(word, queue, scope))
    else flags.push(...readShorts(word, queue, scope))
  }
  return { flags, rest: queue.reverse() }
}

function readLong(word: Word, queue: Word[], scope: Scope): FlagUse {
  const [, name = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word.text) ?? []
  const written = `--${name}`
  const flag = longFlag(name)
  if (!flag) return unknown(written, word, scope)
  return use(
    flag,
    written,
    word,
    value ?? (flag.boolean ? 'true' : argument(queue, written, word, scope)),
    scope,
  )
}

/** `-dit`, `-p80:80`, `-p=80:80`, `-dp 80:80`: only the last may take a value. */
function readShorts(word: Word, queue: Word[], scope: Scope): FlagUse[] {
  const uses: FlagUse[] = []
  const letters = word.text.slice(1)
  for (let at = 0; at < letters.length; at++) {
    const written = `-${letters[at]}`
    const flag = shortFlag(letters[at]!)
    if (!flag) return unknown(longFlag(letters) ? word.text : written, word, scope)
    const after = letters.slice(at + 1)
    if (after.length > 1 && after.startsWith('=')) {
      return [...uses, use(flag, written, word, after.slice(1), scope)]
    }
    if (!flag.boolean) {
      return [...uses, use(flag, written, word, after || argument(queue, written, word, scope), scope)]
    }
    uses.push(use(flag, written, word, 'true', scope))
  }
  return uses
}

function argument(queue: Word[], written: string, word: Word, scope: Scope): string {
  const next = queue.pop()
  if (next) return next.text
  throw new DrydockError('DD_RUN_FLAG_VALUE', {
    file: scope.file,
    line: word.line,
    flag: written,
    value: '',
    expected: 'nothing',
  })
}

/** Go's strconv.ParseBool. */
const BOOLEANS: Record<string, string> = Object.fromEntries([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, 'true']),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, 'false']),
])

function use(flag: Flag, written: string, word: Word, value: string, scope: Scope): FlagUse {
  const place = { file: scope.file, line: word.line, flag: written }
  if (flag.effect === 'refused') {
    throw new DrydockError('DD_RUN_FLAG_REFUSED', {
      ...place,
      reason: flag.name === 'help' ? 'help' : 'unsupported',
    })
  }
  if (!flag.boolean) return { name: flag.name, value, line: word.line, written }
  const truth = Object.hasOwn(BOOLEANS, value) ? BOOLEANS[value] : undefined
  if (!truth)
    throw new DrydockError('DD_RUN_FLAG_VALUE', { ...place, value: shorten(value), expected: 'boolean' })
  return { name: flag.name, value: truth, line: word.line, written }
}

function unknown(written: string, word: Word, scope: Scope): never {
  throw new DrydockError('DD_RUN_FLAG_UNKNOWN', {
    file: scope.file,
    line: word.line,
    flag: shorten(written),
    suggestion: (written.length > 2 && nearestFlag(written)) || 'none',
  })
}
