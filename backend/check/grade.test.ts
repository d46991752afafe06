import type { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Lesson } from '../../lessons/format/schema.ts'
import type { BuildResult, Engine } from '../engine/port.ts'
import { DrydockError } from '../errors.ts'
import type { GoalResult } from '../protocol/report.ts'
import { type GradeEvent, grade, isPassed } from './grade.ts'
import { impatientClock, type Recorded, recordedSubject } from './subject.fixture.ts'

const text = { en: 'T', ja: 'て' }
const lesson = {
  id: 'course/lesson',
  lesson: Lesson.parse({
    title: text,
    summary: text,
    minutes: 1,
    files: ['Dockerfile'],
    goals: [
      {
        id: 'root',
        kind: 'process-identity',
        title: text,
        hint: { en: 'Look at USER.', ja: 'USER を見る。' },
      },
      { id: 'name', kind: 'user-name', title: text, hint: text },
    ],
  }),
}

interface Changes {
  recorded?: Recorded
  build?: () => Promise<BuildResult>
  engine?: Partial<Engine>
  files?: Record<string, string | undefined>
  language?: 'en' | 'ja'
}

async function run({ recorded = {}, build, engine = {}, files = {}, language = 'en' }: Changes = {}) {
  const subject = recordedSubject(recorded)
  const removed: string[] = []
  const calls: Partial<Engine> = {
    version: async () => ({
      version: '20.10.24',
      apiVersion: '1.41',
      os: 'linux',
      arch: 'amd64',
      components: {},
    }),
    listImages: async () => [],
    build: async (request) => {
      for await (const _ of request.context as Readable) {
        // The engine reads the context to its end.
      }
      return build ? build() : { outcome: 'built', imageId: subject.image.id, ms: 1 }
    },
    imageInspect: async () => ({ ...subject.image, layers: ['sha256:a'] }),
    start: async () => {},
    remove: async ({ id }) => void removed.push(id),
    ...engine,
  }
  Object.assign(subject.engine, calls)
  const all = new Map(subject.given.written)
  for (const [path, content] of Object.entries(files)) {
    if (content === undefined) all.delete(path)
    else all.set(path, { content: Buffer.from(content), mode: 0o644 })
  }
  const events: GradeEvent[] = []
  const clock = impatientClock()
  const input = { lesson, files: all, host: { engine: subject.engine }, language, clock }
  const report = await grade({ ...input, onEvent: (event) => events.push(event) })
  return { report, events, removed }
}

describe('grade', () => {
  it('reports every goal of a good workspace, and removes what it made', async () => {
    const { report, events, removed } = await run()
    expect(report).toMatchObject({
      lesson: 'course/lesson',
      passed: true,
      engine: { version: '20.10.24' },
      image: { layers: ['sha256:a'] },
    })
    expect(report.goals.map(({ status, hint }) => [status, hint])).toEqual([
      ['passed', undefined],
      ['passed', undefined],
    ])
    expect(events.map(({ type }) => type)).toEqual(['started', 'stage', 'stage', 'stage', 'goal', 'goal'])
    expect(removed).toContain('d'.repeat(64))
  })

  it('gives the hint, and speaks the language asked for', async () => {
    const { report } = await run({ recorded: { processes: [{ uids: [0, 0, 0, 0] }] }, language: 'ja' })
    expect(report.goals[0]).toMatchObject({ status: 'failed', hint: 'USER を見る。' })
    expect(report.goals[0]!.observed).toContain('root です')
  })

  it('fails every goal for a build that fails, at its line', async () => {
    const build = async (): Promise<BuildResult> => ({
      outcome: 'failed',
      message: 'exit code: 1',
      line: 3,
      output: 'npm ERR! 401\n',
      ms: 1,
    })
    const { report } = await run({ build })
    expect(report.passed).toBe(false)
    expect(report.image).toBeUndefined()
    for (const goal of report.goals)
      expect(goal).toMatchObject({
        status: 'failed',
        where: { file: 'Dockerfile', line: 3 },
        evidence: ['npm ERR! 401'],
      })
  })

  it('fails for a container that the engine refuses to start', async () => {
    const start = async () => {
      throw new DrydockError('DD_ENGINE_REFUSED', { detail: 'exec: "nodee": not found', status: 400 })
    }
    const { report, removed } = await run({ engine: { start } })
    expect(report.goals[0]).toMatchObject({ status: 'failed', where: { file: 'run.sh', line: 1 } })
    expect(report.goals[0]!.observed).toContain('nodee')
    expect(removed).toHaveLength(1)
  })

  it('makes an error, and no failure, of what the lab could not do', async () => {
    const exec = async () => {
      throw new DrydockError('DD_ENGINE_GONE', { detail: 'hung up' })
    }
    const { report } = await run({ engine: { exec } })
    expect(report.goals.map(({ status, hint }) => [status, hint])).toEqual([
      ['passed', undefined],
      ['error', undefined],
    ])
    expect(report.passed).toBe(false)
  })

  it.each([
    ['DD_DOCKERFILE_MISSING', { Dockerfile: undefined }],
    ['DD_RUN_MISSING', { 'run.sh': undefined }],
    ['DD_RUN_FLAG_REFUSED', { 'run.sh': 'docker run --privileged web' }],
  ])('refuses files that are no workspace: %s', async (code, files) => {
    await expect(run({ files })).rejects.toMatchObject({ code })
  })
})

describe('isPassed', () => {
  const goal = (status: GoalResult['status']) => ({ status }) as GoalResult
  it.each<[boolean, GoalResult['status'][]]>([
    [true, ['passed', 'skipped']],
    [false, ['skipped']],
    [false, ['passed', 'failed']],
    [false, ['passed', 'error']],
    [false, []],
  ])('%s for %j', (expected, statuses) => {
    expect(isPassed(statuses.map(goal))).toBe(expected)
  })
})
