import { describe, expect, test } from 'vitest'
import { nextState, phaseOf, refuseWhileBusy, type SessionEvent, START } from './state.ts'

const after = (...events: SessionEvent[]) => events.reduce(nextState, START)
const died: SessionEvent = { type: 'host.ended', code: 'DD_BERTH_DIED', vars: { detail: 'killed' } }
const building: SessionEvent = { type: 'activity.began', activity: 'building' }
const checking: SessionEvent = { type: 'activity.began', activity: 'checking' }

describe('phaseOf', () => {
  test.each<[string, SessionEvent[], string]>([
    ['nothing was asked for yet', [], 'ready'],
    ['no berth is free', [{ type: 'host.queued', position: 2 }], 'waiting'],
    ['the first build asks for a berth', [building], 'starting'],
    ['which starts', [building, { type: 'host.starting' }], 'starting'],
    ['and then runs', [building, { type: 'host.starting' }, { type: 'host.up' }], 'building'],
    ['a build done, nothing started', [{ type: 'host.up' }, building, { type: 'activity.done' }], 'ready'],
    ['the container runs', [{ type: 'host.up' }, { type: 'container.started' }], 'running'],
    [
      'a build beside a running container',
      [{ type: 'host.up' }, { type: 'container.started' }, building],
      'building',
    ],
    [
      'a failed build leaves the old container',
      [{ type: 'host.up' }, { type: 'container.started' }, building, { type: 'activity.done' }],
      'running',
    ],
    [
      'the container ended',
      [{ type: 'host.up' }, { type: 'container.started' }, { type: 'container.ended' }],
      'ready',
    ],
    ['the berth died under a container', [{ type: 'host.up' }, { type: 'container.started' }, died], 'ended'],
    ['the berth died under a build', [{ type: 'host.up' }, building, died], 'ended'],
    ['a check needs no berth of the learner', [checking], 'checking'],
    ['the berth died during a check', [{ type: 'host.up' }, checking, died], 'checking'],
    ['which is seen after it', [{ type: 'host.up' }, checking, died, { type: 'activity.done' }], 'ended'],
    [
      'a new one was asked for',
      [{ type: 'host.up' }, died, { type: 'host.starting' }, { type: 'host.up' }],
      'ready',
    ],
    [
      'nobody was there for a while',
      [{ type: 'host.up' }, { type: 'container.started' }, { type: 'host.released' }],
      'ready',
    ],
  ])('%s', (_, events, phase) => {
    expect(phaseOf(after(...events))).toBe(phase)
  })
})

test('the reason of an end stays until another host is asked for', () => {
  expect(after({ type: 'host.up' }, died).end).toEqual({ code: 'DD_BERTH_DIED', vars: { detail: 'killed' } })
  expect(after({ type: 'host.up' }, died, { type: 'host.starting' }).end).toBeUndefined()
})

test('a container that starts after its berth died does not run', () => {
  expect(phaseOf(after({ type: 'host.up' }, died, { type: 'container.started' }))).toBe('ended')
})

test('one thing at a time', () => {
  expect(() => refuseWhileBusy(after(building))).toThrow('DD_BUSY')
  expect(() => refuseWhileBusy(after(checking))).toThrow('DD_BUSY')
  expect(() => refuseWhileBusy(after(building, { type: 'activity.done' }))).not.toThrow()
})
