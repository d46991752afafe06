import { stripVTControlCharacters } from 'node:util'
import type { Paint } from '../../bin/display.mjs'
import { type Language, say, type Text } from '../protocol/language.ts'
import type { GoalResult, GoalStatus, Report } from '../protocol/report.ts'

const WORDS = {
  expected: { en: 'expected', ja: '期待' },
  observed: { en: 'observed', ja: '結果' },
  evidence: { en: 'evidence', ja: '証拠' },
  where: { en: 'where', ja: '場所' },
  hint: { en: 'hint', ja: 'ヒント' },
  summary: {
    en: '{passed} of {total, plural, one {# goal} other {# goals}} passed{skipped, plural, =0 {} other {, # skipped}}{errors, plural, =0 {} other {, # not judged: the lab’s own fault}}',
    ja: '{total} 個のゴールのうち {passed} 個が合格{skipped, plural, =0 {} other {、# 個はスキップ}}{errors, plural, =0 {} other {、# 個はラボ側の問題で判定できず}}',
  },
  seconds: { en: '{seconds} s', ja: '{seconds} 秒' },
  image: { en: 'image {id}', ja: 'イメージ {id}' },
  engine: { en: 'engine {version}', ja: 'エンジン {version}' },
} as const satisfies Record<string, Text>

const MARK: Record<GoalStatus, string> = { passed: '✔', failed: '✘', skipped: '○', error: '!' }
const LABEL_CELLS = 10

/** A report for a person at a terminal. What the learner's container printed may be in it, so nothing of it reaches the terminal as control. */
export function reportText(
  report: Report,
  paint: Paint,
  language: Language,
  titles: Record<string, string> = {},
): string {
  const colour: Record<GoalStatus, (text: string) => string> = {
    passed: paint.green,
    failed: paint.red,
    skipped: paint.dim,
    error: paint.yellow,
  }
  const lines = [paint.bold(report.lesson), '']
  for (const goal of report.goals) {
    const title = titles[goal.id]
    lines.push(`${colour[goal.status](`${MARK[goal.status]} ${goal.id}`)}${title ? `  ${plain(title)}` : ''}`)
    lines.push(...goalLines(goal, paint, language), '')
  }
  const count = (status: GoalStatus) => report.goals.filter((goal) => goal.status === status).length
  const vars = {
    passed: count('passed'),
    total: report.goals.length,
    skipped: count('skipped'),
    errors: count('error'),
  }
  const verdict = say(WORDS.summary, language, vars)
  const facts = [
    ...(report.image
      ? [say(WORDS.image, language, { id: report.image.id.replace('sha256:', '').slice(0, 12) })]
      : []),
    say(WORDS.engine, language, { version: plain(report.engine.version) }),
    say(WORDS.seconds, language, { seconds: report.seconds.toFixed(1) }),
  ]
  lines.push(
    `${report.passed ? paint.green(verdict) : paint.red(verdict)} ${paint.dim(`(${facts.join(', ')})`)}`,
  )
  return `${lines.join('\n')}\n`
}

function goalLines(goal: GoalResult, paint: Paint, language: Language): string[] {
  const labelled = (label: Text, text: string) => `    ${paint.dim(pad(say(label, language)))}${plain(text)}`
  const lines = [labelled(WORDS.expected, goal.expected), labelled(WORDS.observed, goal.observed)]
  if (goal.status === 'passed') return lines
  goal.evidence.forEach((line, index) => {
    lines.push(index === 0 ? labelled(WORDS.evidence, line) : `    ${' '.repeat(LABEL_CELLS)}${plain(line)}`)
  })
  if (goal.where) lines.push(labelled(WORDS.where, `${goal.where.file}:${goal.where.line}`))
  if (goal.hint) lines.push(labelled(WORDS.hint, goal.hint))
  return lines
}

/** Japanese letters take two cells. */
function pad(label: string): string {
  const cells = [...label].reduce((sum, letter) => sum + (letter.codePointAt(0)! > 0x2e7f ? 2 : 1), 0)
  return label + ' '.repeat(Math.max(1, LABEL_CELLS - cells))
}

/** One line without escape sequences, control characters or letters that reorder what stands beside them. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}

/** 0 all passed, 1 something failed, 3 nothing failed but the lab could not judge it. */
export function exitCodeOf(report: Report): 0 | 1 | 3 {
  if (report.passed) return 0
  return report.goals.some((goal) => goal.status === 'failed') ? 1 : 3
}
