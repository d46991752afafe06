import { describe, expect } from 'vitest'
import { LessonPage } from './lesson-page.ts'
import { test } from './page.ts'
import { typeAll, WALKS } from './walks.ts'

describe('in English, from the break to all goals green', () => {
  for (const { lesson: id, attack, broken, repair, repaired } of WALKS) {
    test(id, async ({ open }) => {
      const page = await open(`/en/lessons/${id}/`, { viewport: { width: 1600, height: 1500 } })
      const lesson = await new LessonPage(page).ready()
      expect(new Set(Object.values(await lesson.goals()))).toEqual(new Set(['open']))

      await typeAll(lesson, attack)

      expect(await lesson.check()).toMatchObject(broken.goals)
      expect(await lesson.evidence(broken.goal)).toMatch(broken.evidence)
      expect(await lesson.goal(broken.goal).locator('.goal-status').innerText()).toBe('not yet')
      expect(await page.locator('[data-verdict]').innerText()).toMatch(/do(es)? not hold yet/)

      await repair(lesson)
      await typeAll(lesson, repaired)
      await lesson.buildAndRun()
      expect(
        (await page.locator('.build-end').count()) + (await page.locator('.container-output').count()),
      ).toBe(1)

      expect(new Set(Object.values(await lesson.check()))).toEqual(new Set(['passed']))
      expect(await page.locator('[data-verdict]').innerText()).toMatch(
        /Lesson passed\. Every goal held on a fresh build/,
      )

      await page.locator('a.brand').click()
      const link = page.locator(`a[data-lesson="${id}"]`)
      await link.locator('.state', { hasText: 'Passed' }).waitFor()
    })
  }
})
