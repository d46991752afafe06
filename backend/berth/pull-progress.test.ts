import { expect, test } from 'vitest'
import { PullProgress } from './pull-progress.ts'

test('bytes of all layers; a layer that is complete counts whole', () => {
  const progress = new PullProgress()
  progress.take({ id: '22-slim', status: 'Pulling from library/node' })
  expect(progress).toMatchObject({ started: true, text: 'the registry has it' })
  progress.take({ id: 'a', status: 'Downloading', progressDetail: { current: 1e6, total: 4e6 } })
  progress.take({ id: 'b', status: 'Downloading', progressDetail: { current: 5e5, total: 2e6 } })
  expect(progress.text).toBe('1.5 of 6.0 MB')
  progress.take({ id: 'b', status: 'Download complete', progressDetail: {} })
  expect(progress.text).toBe('3.0 of 6.0 MB')
  progress.take({ id: 'a', status: 'Extracting', progressDetail: { current: 10, total: 4e6 } })
  expect(progress.text).toBe('6.0 of 6.0 MB, unpacking')
})

test('a refusal is kept; before the manifest nothing has started', () => {
  const progress = new PullProgress()
  progress.take({ error: 'manifest unknown' })
  expect(progress).toMatchObject({ started: false, error: 'manifest unknown' })
})
