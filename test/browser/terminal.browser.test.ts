import { describe, expect } from 'vitest'
import { LessonPage } from './lesson-page.ts'
import { type Open, test } from './page.ts'

const WHO = '/en/lessons/ship-without-root/who-am-i/'

const shell = async (open: Open, visit?: Parameters<Open>[1]) =>
  (await new LessonPage(await open(WHO, visit)).ready()).fresh()

describe('the terminal', () => {
  test('a reload shows the same screen of the same shell', async ({ open }) => {
    const lesson = await shell(open)
    await lesson.command(
      "clear; kept=yes; printf '\\033[31mred\\033[0m 日本語 ok\\n'; seq 1 200; echo half a line",
    )
    const before = await lesson.rows()
    await lesson.page.reload()
    await lesson.ready()
    expect(await lesson.rows()).toEqual(before)
    expect(await lesson.command('echo "kept: $kept"')).toMatch(/^kept: yes$/m)
  })

  test('wide characters take two columns', async ({ open }) => {
    const lesson = await shell(open)
    await lesson.command("clear; printf '日本語한글|\\nabcdefghij|\\n🚢e\u0301|\\nxxx|\\n'")
    const columns = await lesson.screen.locator('.xterm-rows > div').evaluateAll((rows) =>
      rows.flatMap((row) => {
        const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT)
        while (walker.nextNode()) {
          const at = walker.currentNode.textContent?.indexOf('|') ?? -1
          if (at < 0 || row.textContent?.includes('printf')) continue
          const range = document.createRange()
          range.setStart(walker.currentNode, at)
          range.setEnd(walker.currentNode, at + 1)
          return [Math.round(range.getBoundingClientRect().left)]
        }
        return []
      }),
    )
    expect(columns).toHaveLength(4)
    expect(columns[0]).toBe(columns[1])
    expect(columns[2]).toBe(columns[3])
  })

  test('a program learns of a new size, and the line ends where the window does', async ({ open }) => {
    const lesson = await shell(open)
    const size = async () => {
      const [, rows, cols] = /^(\d+) (\d+)$/m.exec(await lesson.command('clear; stty size'))!
      return { rows: Number(rows), cols: Number(cols) }
    }
    const wide = await size()
    await lesson.page.setViewportSize({ width: 1000, height: 700 })
    await expect.poll(async () => (await size()).cols).toBeLessThan(wide.cols)
    const narrow = await size()
    expect(narrow.rows).toBeLessThan(wide.rows)
    const lines = (await lesson.command(`clear; printf '%0${narrow.cols}d' 0; printf '%03d' 0; echo`)).split(
      '\n',
    )
    expect(lines).toContain('0'.repeat(narrow.cols))
    expect(lines).toContain('000')
  })

  test('endless output leaves the page alive, and Ctrl-C ends it', async ({ open }) => {
    const lesson = await shell(open)
    const { page } = lesson
    await lesson.focusTerminal()
    await lesson.type('yes')
    await page.keyboard.press('Enter')
    await lesson.shows(/^(y\n){10}/)
    const begun = performance.now()
    await lesson.show('run.sh')
    expect(await lesson.text()).toMatch(/docker run/)
    expect(performance.now() - begun, 'ms for another file').toBeLessThan(5_000)

    await lesson.focusTerminal()
    const pressed = performance.now()
    await page.keyboard.press('Control+C')
    await lesson.prompt()
    expect(performance.now() - pressed, 'ms from Ctrl-C to the prompt').toBeLessThan(5_000)
    expect(await lesson.command('echo alive')).toMatch(/^alive$/m)
  })

  test('a megabyte pasted arrives whole', async ({ open }) => {
    const lesson = await shell(open)
    const { page } = lesson
    const line = `${'0123456789abcdef'.repeat(4)}\n`
    const lines = Math.ceil(1_000_000 / line.length)
    await page.evaluate((text) => navigator.clipboard.writeText(text), line.repeat(lines))
    await lesson.focusTerminal()
    await lesson.type(`stty -echo; echo it reads; head -n ${lines} | sha256sum; stty echo`)
    await page.keyboard.press('Enter')
    await lesson.shows(/^it reads$/m)
    await page.keyboard.press('Control+Shift+V')
    const { createHash } = await import('node:crypto')
    await lesson.shows(new RegExp(`^${createHash('sha256').update(line.repeat(lines)).digest('hex')}`, 'm'))
    await lesson.prompt()
  })

  test.for([
    ['vi', /^~$[\s\S]*run\.sh/m, [':q!', 'Enter']],
    ['nano', /\^X Exit/, ['Control+X']],
    ['less', /^docker run/m, ['q']],
  ] as const)('%s draws its screen and gives the old one back', async ([program, drawn, leave], { open }) => {
    const lesson = await shell(open)
    await lesson.command('clear; echo stays')
    await lesson.focusTerminal()
    await lesson.type(`${program} run.sh`)
    await lesson.page.keyboard.press('Enter')
    await lesson.shows(drawn)
    expect((await lesson.rows()).join('\n')).not.toMatch(/^stays$/m)
    for (const key of leave) {
      if (key.length > 1 && !key.startsWith(':')) await lesson.page.keyboard.press(key)
      else await lesson.type(key)
    }
    await lesson.shows(/^stays$/m)
    await lesson.prompt()
  })

  test('the keyboard alone goes in and out of the text, the editor and the terminal', async ({ open }) => {
    const lesson = await shell(open)
    const { page } = lesson
    const where = () =>
      page.evaluate(() =>
        ['#reading', '.editor-pane', '.panel'].find((pane) =>
          document.querySelector(pane)?.contains(document.activeElement),
        ),
      )
    await lesson.focusEditor()
    for (const pane of ['.panel', '#reading', '.editor-pane', '.panel']) {
      await page.keyboard.press('F6')
      await expect.poll(where).toBe(pane)
    }
    for (const pane of ['.editor-pane', '#reading']) {
      await page.keyboard.press('Shift+F6')
      await expect.poll(where).toBe(pane)
    }
    await lesson.focusTerminal()
    await page.keyboard.press('Control+Enter')
    await page.locator('.build-log').waitFor()
    await lesson.phase('running')
  })
})
