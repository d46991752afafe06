import { describe } from 'vitest'
import { test } from './page.ts'
import { WALKS, walkToGreen } from './walks.ts'

describe('in Japanese, from the break to all goals green', () => {
  for (const walk of WALKS) {
    test(walk.lesson, ({ open }) =>
      walkToGreen(open, walk, {
        language: 'ja',
        notYet: '未達成',
        open: /未達成の目標が \d 件あります/,
        passed: /レッスン合格です。 *新しいビルドですべての目標を確認しました/,
        mark: '合格',
      }),
    )
  }
})
