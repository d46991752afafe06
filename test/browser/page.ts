import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { test as base, expect } from 'vitest'
import { ROOT } from '../../backend/cli/places.ts'
import { type Lab, startLab } from '../lab.ts'
import { openChromium } from './chromium.ts'

export const RESULTS = join(ROOT, 'test-results')
const ACTION_MS = 30_000 // two cores carry Chromium, a berth and a build

export interface Visit extends BrowserContextOptions {
  /** A browser of its own (cookies, storage), or one that is open already: then a second tab of it. */
  context?: BrowserContext
  /** Console errors that belong to what the test does. */
  expected?: RegExp[]
}

/** Opens a page of the lab. */
export type Open = (path: string, visit?: Visit) => Promise<Page>

interface Fixtures {
  /** One for all tests of a file: there is one learner, so what a test leaves in a lesson the next one finds. */
  lab: Lab
  /** Another address than the lab's: that of one which was killed and started again. */
  open: Open
}

/**
 * A test with the whole lab and Chromium. It fails when a page of it throws, logs an error, breaks the content security
 * policy or asks anybody else than the lab for anything. Of a failed test every page is kept as a picture in test-results/.
 */
export const test = base.extend<
  Fixtures & { webgl: boolean; browser: Awaited<ReturnType<typeof openChromium>> }
>({
  webgl: [false, { scope: 'file' }],
  lab: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the needed fixtures from the pattern
    async ({}, use) => {
      await using lab = await startLab()
      await use(lab)
    },
    { scope: 'file' },
  ],
  browser: [
    async ({ webgl }, use) => {
      const browser = await openChromium({ webgl })
      await use(browser)
      await browser.close()
    },
    { scope: 'file' },
  ],
  open: async ({ browser, lab, task }, use) => {
    const contexts = new Set<BrowserContext>()
    const troubles: string[] = []
    await use(async (path, { context: given, expected = [], ...options } = {}) => {
      const context =
        given ?? (await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options }))
      contexts.add(context)
      await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: lab.url })
      context.setDefaultTimeout(ACTION_MS)
      const page = await context.newPage()
      const url = new URL(path, lab.url)
      watch(page, url, (trouble) => {
        if (!expected.some((one) => one.test(trouble))) troubles.push(trouble)
      })
      await page.goto(url.href)
      return page
    })
    const failed = task.result?.state === 'fail' || troubles.length > 0
    if (failed)
      await keepPictures(
        [...contexts].flatMap((one) => one.pages()),
        task.name,
      )
    for (const context of contexts) await context.close()
    expect(troubles, 'what the pages complained about').toEqual([])
  },
})

function watch(page: Page, { host }: URL, tell: (trouble: string) => void): void {
  page.on('pageerror', (error) => tell(`thrown: ${error.stack ?? error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') tell(`console: ${message.text()} (${message.location().url})`)
  })
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (!['data:', 'blob:'].includes(url.protocol) && url.host !== host) tell(`asked ${request.url()}`)
  })
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== host) tell(`asked ${socket.url()}`)
  })
}

async function keepPictures(pages: Page[], name: string): Promise<void> {
  await mkdir(RESULTS, { recursive: true })
  const file = name.replaceAll(/[^\p{L}\p{N}]+/gu, '-')
  for (const [index, page] of pages.entries())
    await page.screenshot({ path: join(RESULTS, `failed-${file}-${index + 1}.png`) }).catch(() => undefined)
}
