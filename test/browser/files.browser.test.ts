import type { Page, WebSocketRoute } from 'playwright-core'
import { describe, expect } from 'vitest'
import { LessonPage } from './lesson-page.ts'
import { type Open, test } from './page.ts'

const WHO = '/en/lessons/ship-without-root/who-am-i/'

const notice = (page: Page, kind: string) => page.locator(`[data-notice="${kind}"]`)

async function lessonAt(open: Open, visit?: Parameters<Open>[1]): Promise<LessonPage> {
  return new LessonPage(await open(WHO, visit)).ready()
}

describe('files', () => {
  test('a change in the terminal appears in the editor, and the other way round', async ({ open }) => {
    const lesson = await (await lessonAt(open)).fresh()
    await lesson.command('echo "# from the terminal" >> Dockerfile')
    await expect.poll(() => lesson.text()).toMatch(/\n# from the terminal$/)
    await notice(lesson.page, 'terminal').waitFor()

    await lesson.focusEditor()
    await lesson.page.keyboard.press('Control+End')
    await lesson.page.keyboard.type('# from the editor')
    await lesson.saved()
    expect(await lesson.command('tail -n 2 Dockerfile')).toMatch(/^# from the terminal\n# from the editor/m)

    await lesson.command('mkdir -p etc && echo one > etc/new.conf')
    await lesson.tab('etc/new.conf').waitFor()
    await lesson.show('etc/new.conf')
    expect(await lesson.text()).toBe('one')
    await lesson.command('rm etc/new.conf')
    await lesson.tab('etc/new.conf').waitFor({ state: 'detached' })
    await notice(lesson.page, 'deleted').locator('[data-action=take]').click()
    await lesson.tab('etc/new.conf').waitFor()
    await lesson.saved()
    expect(await lesson.command('cat etc/new.conf')).toMatch(/^one$/m)
  })

  test('two tabs agree: files, the build, the container and the verdicts', async ({ open }) => {
    const one = await (await lessonAt(open)).fresh()
    const two = await lessonAt(open, { context: one.page.context() })
    await one.write('run.sh', 'docker run -d --name web -p 8080:8080 -e FROM_TAB=one web\n')
    await notice(two.page, 'tab').waitFor()
    await two.show('run.sh')
    expect(await two.text()).toMatch(/FROM_TAB=one/)

    await two.buildAndRun()
    await one.phase('running')
    for (const tab of [one, two]) {
      await tab.panel('build')
      await tab.page.locator('.build-end[data-state=built]').waitFor()
      await tab.panel('output')
      await expect
        .poll(() => tab.page.locator('.container-output').innerText())
        .toMatch(/FROM_TAB=one web[\s\S]*order desk open/)
    }
    const verdicts = await one.check()
    await two.page.locator('[data-verdict=failed]').waitFor()
    expect(await two.goals()).toEqual(verdicts)
  })

  test('of two changes that crossed, the newest wins, both tabs say so, and the lost text comes back', async ({
    open,
  }) => {
    const near = await (await lessonAt(open)).fresh()
    const context = near.page.context()
    const slow = new SlowSaves()
    await context.routeWebSocket(/\/api\/lesson/, (socket) => slow.between(socket))
    const far = await lessonAt(open, { context })
    for (const tab of [near, far]) await tab.show('server.js')

    slow.hold()
    await far.focusEditor()
    await far.page.keyboard.press('Control+A')
    await far.page.keyboard.type('// the newest')
    await expect.poll(() => slow.held).toBeGreaterThan(0)
    await near.write('server.js', '// the other')
    await notice(far.page, 'conflict').waitFor()
    expect(await far.text()).toBe('// the newest')

    slow.release()
    await notice(near.page, 'displaced').waitFor()
    for (const tab of [near, far]) await expect.poll(() => tab.text()).toBe('// the newest')
    await notice(near.page, 'displaced').locator('[data-action=take]').click()
    for (const tab of [near, far]) await expect.poll(() => tab.text()).toBe('// the other')
    await far.saved()
    expect(await far.command('cat server.js; echo')).toMatch(/^\/\/ the other$/m)
  })

  test('one file goes back to its beginning, or all of them, and what that took can be had again', async ({
    open,
  }) => {
    const lesson = await (await lessonAt(open)).fresh()
    await lesson.show('run.sh')
    const run = await lesson.text()
    await lesson.show('Dockerfile')
    const dockerfile = await lesson.text()
    await lesson.write('run.sh', 'docker run -d --name web web')
    await lesson.write('Dockerfile', 'FROM scratch')
    await lesson.command('echo mine > own.txt')
    await lesson.tab('own.txt').waitFor()

    await lesson.show('Dockerfile')
    await lesson.action('more').click()
    await lesson.action('reset-file').click()
    await expect.poll(() => lesson.text()).toBe(dockerfile)
    await notice(lesson.page, 'reset').locator('[data-action=take]').click()
    await expect.poll(() => lesson.text()).toBe('FROM scratch')
    await lesson.saved()

    await lesson.action('more').click()
    await lesson.action('reset-all').click()
    await lesson.action('reset-all-yes').click()
    await expect.poll(() => lesson.text()).toBe(dockerfile)
    await lesson.tab('own.txt').waitFor({ state: 'detached' })
    await lesson.show('run.sh')
    expect(await lesson.text()).toBe(run)
    expect(await lesson.command('clear; ls -a')).not.toMatch(/own\.txt/)
  })
})

/** Stands between a page and the lab, and keeps the page's saves back. */
class SlowSaves {
  #holding = false
  #kept: (() => void)[] = []

  get held(): number {
    return this.#kept.length
  }

  between(page: WebSocketRoute): void {
    const lab = page.connectToServer()
    page.onMessage((message) => {
      if (this.#holding && typeof message === 'string' && JSON.parse(message).type === 'file.save')
        this.#kept.push(() => lab.send(message))
      else lab.send(message)
    })
  }

  hold(): void {
    this.#holding = true
  }

  release(): void {
    this.#holding = false
    for (const send of this.#kept.splice(0)) send()
  }
}
