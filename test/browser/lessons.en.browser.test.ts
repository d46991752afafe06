import { describe } from 'vitest'
import { test } from './page.ts'
import { WALKS, walkToGreen } from './walks.ts'

describe('in English, from the break to all goals green', () => {
  for (const walk of WALKS) {
    test(walk.lesson, ({ open }) =>
      walkToGreen(open, walk, {
        language: 'en',
        notYet: 'not yet',
        open: /do(es)? not hold yet/,
        passed: /Lesson passed\. Every goal held on a fresh build/,
        mark: 'Passed',
      }),
    )
  }
})
