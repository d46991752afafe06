import { expect, test } from 'vitest'
import type { ServerMessage } from '../../../backend/protocol/messages.ts'
import type { AboutLesson } from './about.ts'
import { LessonSession } from './session.ts'

const about: AboutLesson = {
  id: 'c/l',
  language: 'en',
  files: ['Dockerfile'],
  goals: [],
  next: null,
  home: '/en/',
}

/** A socket whose other end is the test. */
class Line extends EventTarget {
  binaryType = ''
  bufferedAmount = 0
  sent: { id: number; type: string }[] = []
  send(text: string) {
    this.sent.push(JSON.parse(text))
  }
  close() {}
  says(message: ServerMessage) {
    this.dispatchEvent(Object.assign(new Event('message'), { data: JSON.stringify(message) }))
  }
  last = (type: string) => this.sent.findLast((one) => one.type === type)
}

function lab() {
  const lines: Line[] = []
  const session = new LessonSession(about, () => {
    lines.push(new Line())
    return lines.at(-1) as unknown as WebSocket
  })
  return { session, lines }
}

const welcome = (phase: 'ready' | 'building' | 'checking'): ServerMessage => ({
  type: 'welcome',
  files: [{ path: 'Dockerfile', content: 'FROM a\n', revision: 1, edited: false }],
  phase,
  engine: 'berth',
  passed: false,
  attempts: 0,
  terminals: [],
})
const settle = () => new Promise((done) => setTimeout(done, 1))

function opened() {
  const { session, lines } = lab()
  // The page's listeners are not wanted here: only the socket.
  Object.assign(globalThis, { addEventListener() {}, document: { addEventListener() {} } })
  session.start()
  lines[0]!.says(welcome('ready'))
  return { session, line: lines[0]! }
}

test('Build & Run waits until the server has what is in the editor', async () => {
  const { session, line } = opened()
  session.files.typed('Dockerfile', 'FROM b\n')
  void session.buildAndRun()
  await settle()
  const save = line.last('file.save')!
  expect(save).toMatchObject({ content: 'FROM b\n', base: 1 })
  expect(line.last('run')).toBeUndefined()
  line.says({ type: 'ok', id: save.id, revision: 2 })
  await settle()
  expect(line.last('run')).toBeDefined()
})

test('a file that the server refuses stops the build and is named, each time', async () => {
  const { session, line } = opened()
  session.files.typed('Dockerfile', 'x'.repeat(3 << 20))
  for (const _ of [1, 2]) {
    session.problem.value = undefined
    await session.buildAndRun()
    expect(session.problem.value).toMatchObject({ what: expect.stringContaining('Dockerfile') })
  }
  expect(line.last('run')).toBeUndefined()
})

test('a build that was told again after its Docker host died is not running any more', async () => {
  const { session, line } = opened()
  line.says({ type: 'phase', phase: 'ended', code: 'DD_INTERNAL', vars: { detail: 'x' } })
  line.says({ type: 'build', event: { type: 'started' } })
  await new Promise((done) => setTimeout(done, 80))
  expect(session.build.value.state).toBe('cancelled')
  expect(session.phase.value.problem?.what).toContain('x')
})

test('a check that was told again without its end leaves the buttons usable', () => {
  const { session, line } = opened()
  line.says({ type: 'check.stage', stage: 'berth' })
  expect(session.busy).toBe(false)
  line.says({ type: 'phase', phase: 'checking' })
  line.says({ type: 'check.stage', stage: 'berth' })
  expect(session.busy).toBe(true)
})
