import { isMet, type Row } from './bench.ts'

/** A Markdown table, columns aligned for a terminal. */
export function table(rows: readonly Row[]): string {
  const lines = [
    ['', 'median', 'middle half', 'n', 'goal'],
    ...rows.map((row) => [
      row.what,
      figure(row.value.median, row.unit),
      spread(row),
      `${row.value.n}`,
      goal(row),
    ]),
  ]
  const widths = lines[0]!.map((_, column) => Math.max(3, ...lines.map((line) => line[column]!.length)))
  const text = lines.map(
    (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`,
  )
  text.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`)
  return text.join('\n')
}

/** Three digits that count. */
export function figure(value: number, unit: string): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ${unit}`.trim()
}

function spread({ value, unit }: Row): string {
  return value.n > 1 ? `${figure(value.low, '')} – ${figure(value.high, unit)}` : ''
}

function goal(row: Row): string {
  if (!row.goal) return ''
  const [sign, bound] = 'atMost' in row.goal ? ['≤', row.goal.atMost] : ['≥', row.goal.atLeast]
  return `${sign} ${bound} ${row.unit}`.trim() + (isMet(row) ? ': met' : ': MISSED')
}
