import { beforeEach, describe, expect, it } from 'vitest'
import type { BuildEvent } from '../protocol/messages.ts'
import { Steps } from './steps.ts'
import type { Vertex } from './trace.ts'

const at = (seconds: number, nanos = 0) => ({ seconds, nanos })
const vertex = (digest: string, more: Partial<Vertex> = {}): Vertex => ({
  digest,
  name: `name of ${digest}`,
  cached: false,
  started: null,
  completed: null,
  error: '',
  ...more,
})
const log = (digest: string, text: string | Buffer) => ({ vertex: digest, stream: 1, msg: Buffer.from(text) })

let events: BuildEvent[]
let steps: Steps

beforeEach(() => {
  events = []
  steps = new Steps(
    (event) => events.push(event),
    (name) => (name.endsWith('a') ? 7 : undefined),
    10,
  )
})

describe('steps', () => {
  it('are told once each, with their time, however often BuildKit repeats them', () => {
    steps.add({ vertexes: [vertex('a'), vertex('b')], logs: [] }) // known, not begun
    expect(events).toEqual([])
    steps.add({ vertexes: [vertex('b', { started: at(1) }), vertex('b', { started: at(1) })], logs: [] })
    const done = vertex('b', { started: at(1), completed: at(2, 500_000_000) })
    steps.add({ vertexes: [done, done, vertex('a', { cached: true, completed: at(3) })], logs: [] })
    expect(events).toEqual([
      { type: 'step', step: 0, name: 'name of b' },
      { type: 'step.done', step: 0, cached: false, ms: 1500 },
      { type: 'step', step: 1, name: 'name of a', line: 7 },
      { type: 'step.done', step: 1, cached: true, ms: 0 },
    ])
  })

  it('the failure is the step that failed, not those that were cancelled for it', () => {
    const started = at(1)
    steps.add({ vertexes: [vertex('b', { started, completed: at(2), error: 'context canceled' })], logs: [] })
    steps.add({ vertexes: [vertex('a', { started, completed: at(2), error: 'exit code: 3' })], logs: [] })
    expect(steps.failure).toEqual({ message: 'exit code: 3', line: 7 })
  })

  it('a lying clock is not shown', () => {
    const times = { started: at(5), completed: at(1) }
    steps.add({
      vertexes: [vertex('a', times), vertex('b', { started: at(0), completed: at(9e12) })],
      logs: [],
    })
    expect(events.filter((event) => event.type === 'step.done').map((event) => event.ms)).toEqual([0, 0])
  })
})

describe('output', () => {
  const printed = () => events.flatMap((event) => (event.type === 'output' ? event.text : []))

  it('of a step nobody heard of is dropped', () => {
    steps.add({ vertexes: [], logs: [log('a', 'x')] })
    expect(events).toEqual([])
  })

  it('keeps a character whole that two messages share', () => {
    const character = Buffer.from('日')
    const started = vertex('a', { started: at(1) })
    steps.add({
      vertexes: [started],
      logs: [log('a', character.subarray(0, 1)), log('a', character.subarray(1))],
    })
    expect(printed()).toEqual(['日'])
  })

  it('beyond the limit is clipped once; its end is kept', () => {
    steps.add({ vertexes: [vertex('a', { started: at(1) })], logs: [] })
    for (const text of ['12345678', 'abcdefgh', 'more', 'the end'])
      steps.add({ vertexes: [], logs: [log('a', text)] })
    expect(printed()).toEqual(['12345678', 'ab', '\n[output clipped, log limit 10 bytes reached]\n'])
    expect(steps.output).toBe('orethe end')
  })
})
