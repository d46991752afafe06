import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { PHASE_MS } from './lesson-page.ts'
import { test as plain, RESULTS } from './page.ts'
import { WALKS } from './walks.ts'

const test = plain.extend<{ webgl: boolean }>({ webgl: [true, { scope: 'file' }] })

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Kind {
  name: string
  path(language: string): string
  settled(page: Page): Promise<void>
  expected?: RegExp[]
}

const KINDS: Kind[] = [
  {
    name: 'home',
    path: (language) => `/${language}/`,
    settled: (page) => page.waitForLoadState('networkidle'),
  },
  ...WALKS.map(({ lesson }) => lessonKind(lesson)),
  {
    name: 'missing',
    path: (language) => `/${language}/lessons/no-such-course/`,
    settled: (page) => page.waitForLoadState('networkidle'),
    expected: [/status of 404/],
  },
]
function lessonKind(lesson: string): Kind {
  return {
    name: lesson.split('/')[1]!,
    path: (language) => `/${language}/lessons/${lesson}/`,
    async settled(page) {
      await page.locator('.status[data-phase=ready]').waitFor({ timeout: PHASE_MS })
      await page.locator('.terminal[data-state=open]').waitFor()
      await page.locator('.monaco-editor .view-line').first().waitFor()
    },
  }
}

const SIZES = [
  { width: 1280, height: 720 },
  { width: 420, height: 860 },
]

for (const { name, path, settled, expected } of KINDS) {
  describe(name, () => {
    for (const language of ['en', 'ja']) {
      for (const theme of ['light', 'dark'] as const) {
        test(`${name}, ${language}, ${theme}: accessible, and as wide as the window`, async ({ open }) => {
          const page = await open(path(language), { colorScheme: theme, viewport: SIZES[0], expected })
          await settled(page)
          for (const size of SIZES) {
            await page.setViewportSize(size)
            await expect
              .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
              .toBeLessThanOrEqual(0)
            await mkdir(RESULTS, { recursive: true })
            await page.screenshot({ path: join(RESULTS, `${name}-${language}-${theme}-${size.width}.png`) })
            expect(await violations(page), `${size.width} px wide`).toEqual([])
          }
        })
      }
    }
  })
}

interface Axe {
  run(root: Document): Promise<{
    violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[]
  }>
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run(document)
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 300)} ${node.failureSummary}`),
    )
  })
}
