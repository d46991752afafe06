import { expect } from 'vitest'
import { startLab } from '../lab.ts'
import { LessonPage } from './lesson-page.ts'
import { test } from './page.ts'

const LESSON = '/en/lessons/ship-without-root/who-am-i/'
/** What a browser logs while nobody listens at the address. */
const AWAY = [/WebSocket connection to/, /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/]

test('the server is killed and started again in the middle of a lesson, and nothing is lost', async ({
  lab,
  open,
}) => {
  const page = await open(LESSON, { expected: AWAY })
  const lesson = await new LessonPage(page).ready()
  await lesson.write('Dockerfile', `${await lesson.text()}\n# typed before the kill\n`)
  await lesson.command('echo "a note" > notes.txt')
  await lesson.tab('notes.txt').waitFor()
  const before = await lesson.check()
  expect(before).toMatchObject({ answers: 'passed', 'main-process': 'failed' })
  await lesson.buildAndRun()

  await lab.kill()
  await page.locator('[data-notice=connection]').waitFor()
  await lesson.panel('shell-1')
  await lesson.screen.locator('.terminal-note', { hasText: 'what you type is not sent' }).waitFor()
  await lesson.show('Dockerfile')
  await lesson.focusEditor()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('# typed while it was away')
  await page.locator('[data-notice=connection]', { hasText: 'your edits are kept' }).waitFor()

  await using _again = await startLab({ data: lab.data, port: Number(new URL(lab.url).port) })
  await page.locator('[data-notice=connection]').waitFor({ state: 'detached' })
  await lesson.saved()
  await lesson.shows(/The earlier shell is gone; this is a new one\./)
  await lesson.prompt()
  const kept = /# typed before the kill\n# typed while it was away/
  const files = await lesson.command('cat Dockerfile; echo; cat notes.txt')
  expect(files).toMatch(kept)
  expect(files).toMatch(/^a note$/m)
  expect(await lesson.goals()).toEqual(before)

  await page.reload()
  await lesson.ready()
  expect(await lesson.text()).toMatch(kept)
  await lesson.tab('notes.txt').waitFor()
  expect(await lesson.goals()).toEqual(before)
  expect(await page.locator('[data-verdict]').getAttribute('data-verdict')).toBe('failed')

  await lesson.write('Dockerfile', `${await lesson.text()}\nUSER node\n`)
  expect(new Set(Object.values(await lesson.check()))).toEqual(new Set(['passed']))
})
