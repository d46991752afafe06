import { expect, test } from 'vitest'
import { tabOrder } from './tab-order.ts'

test('the lesson’s files come in its order, others after them by name, missing ones not at all', () => {
  expect(
    tabOrder(['z.txt', 'run.sh', '.dockerignore', 'Dockerfile'], ['Dockerfile', 'run.sh', 'server.js']),
  ).toEqual(['Dockerfile', 'run.sh', '.dockerignore', 'z.txt'])
})
