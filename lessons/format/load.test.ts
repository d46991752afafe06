import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DrydockError } from '../../backend/errors.ts'
import { loadAttempts, loadLesson, loadLessons, loadSolutions, loadStarter, readYaml } from './load.ts'
import { Lesson } from './schema.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drydock-lesson-'))
})
afterAll(() => rm(dir, { recursive: true }))

async function problemsOf(yaml: string): Promise<string[]> {
  const file = join(dir, 'lesson.yaml')
  await writeFile(file, yaml)
  const error = await readYaml(file, Lesson).catch((thrown: unknown) => thrown)
  if (!(error instanceof DrydockError)) throw new Error('the lesson was accepted')
  return String(error.vars.problems)
    .split('\n')
    .map((line) => line.replace(`${file}:`, ''))
}

const good = `title: { en: A, ja: あ }
summary: { en: B, ja: い }
minutes: 5
files: [Dockerfile]
goals:
  - id: one
    kind: process-identity
    title: { en: T, ja: た }
    hint: { en: H, ja: ひ }
`

describe('a lesson.yaml', () => {
  it('parses, with defaults', async () => {
    const file = join(dir, 'lesson.yaml')
    await writeFile(file, good)
    const lesson = await readYaml(file, Lesson)
    expect(lesson.goals[0]).toMatchObject({ kind: 'process-identity', processes: 'main' })
  })

  it.each([
    ['a missing translation, at its parent', good.replace(', ja: た', ''), '8: goals[0].title.ja is missing'],
    [
      'an unknown key, at the key',
      `${good}    colour: red\n`,
      '10: goals[0].colour is not a key of this format',
    ],
    ['a wrong type', good.replace('minutes: 5', 'minutes: soon'), '3: minutes must be a number'],
    ['a number out of range', good.replace('minutes: 5', 'minutes: 0'), '3: minutes must be at least 1'],
    ['a wrong choice', `${good}    processes: some\n`, '10: goals[0].processes must be one of main, all'],
    [
      'a file outside the workspace',
      good.replace('[Dockerfile]', '[../x]'),
      '4: files[0]: must be a path inside the workspace',
    ],
    ['YAML that does not parse', `${good}  bad: [`, '10: '],
    ['an empty list', good.replace('[Dockerfile]', '[]'), '4: files is empty'],
  ])('names the line and the reason: %s', async (_, yaml, expected) => {
    expect((await problemsOf(yaml))[0]).toContain(expected)
  })

  it('names the kinds there are when a goal has another', async () => {
    const [problem] = await problemsOf(good.replace('process-identity', 'process-idnetity'))
    expect(problem).toMatch(/^7: goals\[0\].kind .*process-identity/)
  })

  it('refuses one goal id twice', async () => {
    expect(await problemsOf(good + good.slice(good.indexOf('  - id: one')))).toEqual([
      '10: goals[1].id: "one" is here twice',
    ])
  })

  it('tells all problems at once', async () => {
    expect(await problemsOf(good.replace('minutes: 5\n', '').replace('ja: ひ', 'jp: ひ'))).toHaveLength(3)
  })
})

describe('the lessons that come with Drydock', () => {
  it('load, each with its starter, solutions and attempts', async () => {
    const lessons = await loadLessons()
    expect(lessons.map((lesson) => lesson.id)).toContain('ship-without-root/who-am-i')
    for (const lesson of lessons) {
      const starter = await loadStarter(lesson)
      expect(starter.has('Dockerfile') && starter.has('run.sh')).toBe(true)
      expect((await loadSolutions(lesson)).length).toBeGreaterThan(0)
      for (const { files } of await loadAttempts(lesson)) expect(files.has('attempt.yaml')).toBe(false)
    }
  })

  it('are found by either name, and an unknown one is refused', async () => {
    expect((await loadLesson('port-80')).id).toBe('ship-without-root/port-80')
    expect((await loadLesson('ship-without-root/port-80')).name).toBe('port-80')
    await expect(loadLesson('port-81')).rejects.toMatchObject({ code: 'DD_LESSON_UNKNOWN' })
  })
})
