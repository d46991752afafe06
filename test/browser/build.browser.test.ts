import { describe, expect } from 'vitest'
import { LessonPage } from './lesson-page.ts'
import { type Open, test } from './page.ts'

const WHO = '/en/lessons/ship-without-root/who-am-i/'

async function freshLesson(open: Open): Promise<LessonPage> {
  const lesson = await new LessonPage(await open(WHO)).ready()
  return lesson.fresh()
}

describe('building and running', () => {
  test('a failing line of the Dockerfile is marked until it is edited', async ({ open }) => {
    const lesson = await freshLesson(open)
    const { page } = lesson
    await lesson.write(
      'Dockerfile',
      'FROM node:22-slim\nWORKDIR /app\nRUN echo before && this-is-no-command\nCMD ["node"]\n',
    )
    await lesson.buildAndRun('ready')
    await page.locator('.build-end[data-state=failed]').waitFor()
    expect(await page.locator('.build-step[data-state=failed]').innerText()).toMatch(
      /before\n[\s\S]*this-is-no-command: not found/,
    )
    await lesson.show('run.sh')
    await page.locator('.build-end .line-link', { hasText: 'Dockerfile, line 3' }).click()
    await lesson.shown('Dockerfile')
    await page.locator('.failed-glyph').waitFor()
    const mark = await page.locator('.failed-line').boundingBox()
    const line = await page.locator('.view-line', { hasText: 'this-is-no-command' }).boundingBox()
    expect(mark?.y).toBeCloseTo(line!.y, 0)

    await page.keyboard.press('End')
    await page.keyboard.type(' || true')
    await page.locator('.failed-line').waitFor({ state: 'detached' })
  })

  test('Stop ends a build, and what it was running', async ({ open }) => {
    const lesson = await freshLesson(open)
    await lesson.write('Dockerfile', 'FROM node:22-slim\nRUN echo began; sleep 4711\n')
    await lesson.buildAndRun('building')
    await expect.poll(() => lesson.page.locator('.build-log').innerText()).toMatch(/^began$/m)
    await lesson.action('stop').click()
    await lesson.page.locator('.build-end[data-state=cancelled]').waitFor()
    await lesson.phase('ready')
    await lesson.panel('shell-1')
    expect(await lesson.command('pgrep -fc "sleep 471[1]"')).toMatch(/^0$/m)
  })

  test('a container that ends at once says how', async ({ open }) => {
    const lesson = await freshLesson(open)
    const { page } = lesson
    await lesson.write('Dockerfile', 'FROM node:22-slim\nCMD ["sh", "-c", "echo last words; exit 3"]\n')
    await lesson.buildAndRun('ready')
    await lesson.panel('output')
    await page.locator('.exited', { hasText: 'exit code 3' }).waitFor()
    expect(await page.locator('.container-output').innerText()).toMatch(/last words/)
    expect(await lesson.action('new-container').isDisabled()).toBe(true)
  })

  test.for([
    [
      'a flag that docker does not know',
      '#!/bin/sh\ndocker run -d --name web --frobnicate web\n',
      'DD_RUN_FLAG_UNKNOWN',
      /--frobnicate/,
    ],
    ['a second command', 'docker run -d --name web web\ndocker run web\n', 'DD_RUN_TWICE', /./],
  ] as const)('%s is refused by name and line', async ([_, run, code, text], { open }) => {
    const lesson = await freshLesson(open)
    await lesson.write('run.sh', run)
    await lesson.action('run').click()
    const problem = lesson.page.locator(`[data-notice=problem][data-code=${code}]`)
    await problem.waitFor()
    expect(await problem.innerText()).toMatch(text)
    expect(await problem.innerText()).toMatch(/line 2/)
    await lesson.phase('ready')
  })

  test('a Dockerfile that is no Dockerfile, and an empty one, are told plainly', async ({ open }) => {
    const lesson = await freshLesson(open)
    for (const [text, said] of [
      ['FROM node:22-slim\nRUNN true\n', /RUNN/],
      ['', /Dockerfile/],
    ] as const) {
      await lesson.write('Dockerfile', text)
      await lesson.action('run').click()
      const told = lesson.page.locator('.build-end[data-state=failed], [data-notice=problem]')
      await told.first().waitFor()
      await expect.poll(async () => (await told.allInnerTexts()).join('\n')).toMatch(said)
      await lesson.phase('ready')
    }
  })

  test('one click opens a shell in the container', async ({ open }) => {
    const lesson = await freshLesson(open)
    await lesson.buildAndRun()
    await lesson.action('new-container').click()
    await lesson.prompt()
    expect(await lesson.command('id -u; grep -c . server.js; ls -d /app')).toMatch(/^0\n\d+\n\/app$/m)
    await lesson.action('stop').click()
    await lesson.phase('ready')
  })
})
