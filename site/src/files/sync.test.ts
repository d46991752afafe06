import { expect, test } from 'vitest'
import { due, type FileEvent, type Files, isDirty, step } from './sync.ts'

const fresh = (content = 'a', revision = 1) => ({ path: 'f', content, revision, edited: false })
const begin = step({}, { type: 'welcomed', files: [fresh()] }).files

function play(files: Files, ...events: FileEvent[]) {
  let last = { files, outcomes: [] } as ReturnType<typeof step>
  const outcomes = []
  for (const event of events) {
    last = step(last.files, event)
    outcomes.push(...last.outcomes)
  }
  return { files: last.files, outcomes, f: last.files.f }
}
const typed = (text: string): FileEvent => ({ type: 'typed', path: 'f', text })
const sent: FileEvent = { type: 'sent', path: 'f' }
const saved = (revision: number): FileEvent => ({ type: 'saved', path: 'f', revision })
const changed = (
  content: string | null,
  revision: number,
  by: 'terminal' | 'tab' | 'reset' = 'terminal',
  lost?: string,
): FileEvent => ({
  type: 'changed',
  path: 'f',
  content,
  revision,
  by,
  lost,
})

test('typing makes a save due with the revision last seen; while it is on its way no second one is', () => {
  const one = play(begin, typed('ab'))
  expect(due(one.files)).toEqual([{ path: 'f', content: 'ab', base: 1 }])
  const two = play(one.files, sent, typed('abc'))
  expect(due(two.files)).toEqual([])
  const three = play(two.files, saved(2))
  expect(due(three.files)).toEqual([{ path: 'f', content: 'abc', base: 2 }])
  expect(isDirty(play(three.files, sent, saved(3)).f!)).toBe(false)
})

test('a change from the terminal goes into a clean editor, with a notice', () => {
  const after = play(begin, changed('b', 2))
  expect(after.f).toMatchObject({ text: 'b', revision: 2 })
  expect(after.outcomes).toEqual([
    { type: 'show', path: 'f', text: 'b' },
    { type: 'notice', path: 'f', kind: 'terminal' },
  ])
  expect(due(after.files)).toEqual([])
})

test('a change from elsewhere while typing keeps the typed text, offers the other and saves over it knowingly', () => {
  const after = play(begin, typed('mine'), changed('theirs', 2))
  expect(after.f?.text).toBe('mine')
  expect(after.outcomes).toEqual([{ type: 'notice', path: 'f', kind: 'conflict', offered: 'theirs' }])
  expect(due(after.files)).toEqual([{ path: 'f', content: 'mine', base: 2 }])
})

test('an echo of an older revision changes nothing', () => {
  const after = play(begin, typed('b'), sent, saved(5), changed('a', 4))
  expect(after.f?.text).toBe('b')
  expect(after.outcomes).toEqual([])
})

test('text that a newer change displaced is offered, also when the change itself is known', () => {
  const after = play(begin, typed('mine'), sent, saved(2), changed('theirs', 3, 'tab', 'mine'))
  expect(after.outcomes).toEqual([
    { type: 'show', path: 'f', text: 'theirs' },
    { type: 'notice', path: 'f', kind: 'displaced', offered: 'mine' },
  ])
})

test('the saver whose text displaced another is offered that other text, and its own stays', () => {
  const after = play(begin, typed('mine'), sent, saved(3), changed('mine', 3, 'tab', 'theirs'))
  expect(after.f?.text).toBe('mine')
  expect(after.outcomes).toEqual([{ type: 'notice', path: 'f', kind: 'conflict', offered: 'theirs' }])
})

test('reset takes away a file that the lesson did not have, also while it is typed in, and offers its text', () => {
  const after = play(begin, typed('mine'), changed(null, 2, 'reset', 'a'))
  expect(after.f).toBeUndefined()
  expect(after.outcomes.at(-1)).toMatchObject({ kind: 'deleted', offered: 'mine' })
})

test('reset wins over typing but the typed text is offered', () => {
  const after = play(begin, typed('mine'), changed('start', 2, 'reset'))
  expect(after.f).toMatchObject({ text: 'start', edited: false })
  expect(after.outcomes.at(-1)).toMatchObject({ kind: 'reset', offered: 'mine' })
  expect(due(after.files)).toEqual([])
})

test('a file deleted in the terminal goes, unless it has unsaved text: then it is saved again', () => {
  expect(play(begin, changed(null, 2)).f).toBeUndefined()
  const kept = play(begin, typed('mine'), changed(null, 2))
  expect(due(kept.files)).toEqual([{ path: 'f', content: 'mine', base: 2 }])
})

test('edits made without a connection are due again after the next welcome, without a false conflict', () => {
  const after = play(begin, typed('ab'), sent, { type: 'disconnected' }, typed('abc'), {
    type: 'welcomed',
    files: [fresh('ab', 2)],
  })
  expect(after.outcomes).toEqual([])
  expect(due(after.files)).toEqual([{ path: 'f', content: 'abc', base: 2 }])
})

test('edits made without a connection against a foreign change: mine stay, theirs are offered', () => {
  const after = play(begin, { type: 'disconnected' }, typed('mine'), {
    type: 'welcomed',
    files: [fresh('theirs', 4)],
  })
  expect(after.outcomes).toEqual([{ type: 'notice', path: 'f', kind: 'conflict', offered: 'theirs' }])
  expect(due(after.files)).toEqual([{ path: 'f', content: 'mine', base: 4 }])
})

test('a save whose answer was lost but which arrived is not sent again', () => {
  const after = play(
    begin,
    typed('ab'),
    sent,
    { type: 'disconnected' },
    { type: 'welcomed', files: [fresh('ab', 2)] },
  )
  expect(due(after.files)).toEqual([])
  expect(isDirty(after.f!)).toBe(false)
})

test('a refused text is not sent again until it changes', () => {
  const after = play(begin, typed('too long'), sent, { type: 'refused', path: 'f' })
  expect(due(after.files)).toEqual([])
  expect(due(play(after.files, typed('short')).files)).toHaveLength(1)
})

test('a new file is saved even when it is empty, and does not replace one that exists', () => {
  const after = play(
    begin,
    { type: 'created', path: 'g', text: '' },
    { type: 'created', path: 'f', text: '' },
  )
  expect(due(after.files)).toEqual([{ path: 'g', content: '', base: 0 }])
})
