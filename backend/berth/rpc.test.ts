import { expect, test } from 'vitest'
import { LauncherRequest, lineReader } from './rpc.ts'

test('lines come whole however they were cut', () => {
  const lines: string[] = []
  const read = lineReader((line) => lines.push(line))
  for (const text of ['{"a"', ':1}\n{"b":2}\n', '', '{"c":3}', '\n']) read(text)
  expect(lines).toEqual(['{"a":1}', '{"b":2}', '{"c":3}'])
})

test('a line without end is refused before it fills the memory', () => {
  const read = lineReader(() => {})
  expect(() => read('x'.repeat(70_000))).toThrow(RangeError)
})

test('what is not a request is not taken for one', () => {
  for (const bad of [
    {},
    { op: 'open' },
    { id: 1, op: 'exec' },
    { id: 1, op: 'open', limits: { cpus: -1 } },
    { id: 1, op: 'stop' },
  ]) {
    expect(LauncherRequest.safeParse(bad).success).toBe(false)
  }
  expect(LauncherRequest.parse({ id: 1, op: 'open' })).toEqual({ id: 1, op: 'open', limits: {} })
})
