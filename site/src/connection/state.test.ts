import { expect, test } from 'vitest'
import { type ConnectionState, nextState, START } from './state.ts'

const closed = (state: ConnectionState, random = 1) => nextState(state, { type: 'closed', random })
const retry = (state: ConnectionState) => nextState(state, { type: 'retry' })

test('each failed attempt waits twice as long, up to eight seconds', () => {
  let state = START
  const delays: number[] = []
  for (let i = 0; i < 8; i++) {
    state = closed(state)
    delays.push(state.name === 'waiting' ? state.delayMs : -1)
    state = retry(state)
  }
  expect(delays).toEqual([300, 600, 1200, 2400, 4800, 8000, 8000, 8000])
})

test('only a welcome counts as success: a socket that opens and closes keeps backing off', () => {
  const late = retry(closed(retry(closed(START))))
  expect(late).toEqual({ name: 'connecting', attempt: 2 })
  expect(closed(late)).toEqual({ name: 'waiting', attempt: 2, delayMs: 1200 })
  expect(closed(nextState(late, { type: 'welcomed' }))).toEqual({ name: 'waiting', attempt: 0, delayMs: 300 })
})

test('chance shortens a delay by at most half', () => {
  expect(closed(START, 0)).toMatchObject({ delayMs: 150 })
})

test('a second close while waiting changes nothing, and a retry while connected neither', () => {
  const waiting = closed(START)
  expect(closed(waiting)).toBe(waiting)
  const open: ConnectionState = { name: 'open' }
  expect(retry(open)).toBe(open)
})
