import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { Clock } from '../clock.ts'
import { StopRequest } from './stop-request.ts'

function at(start: number) {
  const time = { now: start }
  const clock: Clock = { now: () => time.now, sleep: async () => {}, random: () => '' }
  return { time, clock }
}

test('one press that arrives three times is one request; a later one is harder', () => {
  const { time, clock } = at(1000)
  const source = new EventEmitter()
  const said: boolean[] = []
  using stop = new StopRequest(clock, (harder) => said.push(harder), source)
  for (const ms of [0, 2, 30]) {
    time.now = 1000 + ms
    source.emit('SIGINT')
  }
  expect(stop.signal.aborted).toBe(true)
  expect(stop.harder.aborted).toBe(false)
  time.now = 3000
  source.emit('SIGINT')
  expect(stop.harder.aborted).toBe(true)
  expect(said).toEqual([false, true])
})

test('the end of the parent asks too, and nothing listens afterwards', async () => {
  const source = new EventEmitter()
  const stop = new StopRequest(at(0).clock, () => {}, source)
  source.emit('disconnect')
  await stop.asked()
  stop[Symbol.dispose]()
  expect(source.eventNames()).toEqual([])
})
