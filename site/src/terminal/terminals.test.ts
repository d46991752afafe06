import { expect, test } from 'vitest'
import { FrameKind } from '../../../backend/protocol/frames.ts'
import { type Request, RequestError } from '../connection/lesson-socket.ts'
import type { ScreenPort } from './session.ts'
import { type KeptTerminal, Terminals } from './terminals.ts'

function lab(kept: KeptTerminal[] = []) {
  const requests: Request[] = []
  const frames: { kind: number; terminal: number; text: string }[] = []
  let store = kept
  let answer: () => Promise<never> = () => new Promise(() => {})
  const terminals = new Terminals(
    {
      request: (request) => {
        requests.push(request)
        return answer()
      },
      sendFrame: ({ kind, terminal, payload }) =>
        frames.push({ kind, terminal, text: new TextDecoder().decode(payload) }) > 0,
      bufferedBytes: () => 0,
      words: { ended: 'ENDED', replaced: 'REPLACED' },
      onRefused: (session) => void terminals.close(session),
    },
    { read: () => store, write: (next) => (store = next) },
  )
  return {
    terminals,
    requests,
    frames,
    kept: () => store,
    answerWith: (next: typeof answer) => (answer = next),
  }
}

function screen() {
  const seen: string[] = []
  let type: (text: string) => void = () => {}
  const port: ScreenPort = {
    size: { cols: 80, rows: 24 },
    onText: (listener) => (type = listener),
    onBytes: () => {},
    onResize: () => {},
    write: (data, done) => {
      seen.push(typeof data === 'string' ? data : new TextDecoder().decode(data))
      done?.()
    },
    reset: () => seen.splice(0),
  }
  return { port, seen, type: (text: string) => type(text) }
}
const opened = (terminal: number, name: string, shown = '') =>
  ({ type: 'terminal.opened', terminal, name, kind: 'shell', position: 0, screen: shown }) as const

test('the first shell opens when both its screen and the Docker host are there', () => {
  const { terminals, requests } = lab()
  const [shell] = terminals.sessions.value
  terminals.host(true, false)
  expect(requests).toEqual([])
  shell!.attach(screen().port)
  terminals.shown(shell!)
  expect(requests).toEqual([{ type: 'terminal.open', kind: 'shell', cols: 80, rows: 24 }])
})

test('after a reload the kept shell is resumed by its name and its screen is shown', () => {
  const { terminals, requests } = lab([{ kind: 'shell', index: 1, name: 'abc' }])
  const { port, seen } = screen()
  const [shell] = terminals.sessions.value
  shell!.attach(port)
  terminals.host(true, false)
  expect(requests[0]).toMatchObject({ resume: 'abc' })
  terminals.opened(opened(3, 'abc', '$ ls'))
  expect(seen).toEqual(['$ ls'])
})

test('a shell that is gone is replaced, and says so', () => {
  const { terminals, kept } = lab([{ kind: 'shell', index: 1, name: 'abc' }])
  const { port, seen } = screen()
  terminals.sessions.value[0]!.attach(port)
  terminals.host(true, false)
  terminals.opened(opened(3, 'new'))
  expect(seen.join('')).toContain('REPLACED')
  expect(kept()).toEqual([{ kind: 'shell', index: 1, name: 'new' }])
})

test('a command of the text waits for its shell and then is typed once', () => {
  const { terminals, frames } = lab()
  const [shell] = terminals.sessions.value
  shell!.attach(screen().port)
  shell!.type('whoami\r')
  terminals.host(true, false)
  expect(frames).toEqual([])
  terminals.opened(opened(7, 'n'))
  expect(frames.filter((one) => one.kind === FrameKind.Input)).toEqual([
    { kind: FrameKind.Input, terminal: 7, text: 'whoami\r' },
  ])
})

test('output goes to the terminal of its number only', () => {
  const { terminals } = lab()
  const first = screen()
  const second = screen()
  terminals.sessions.value[0]!.attach(first.port)
  terminals.add('shell').attach(second.port)
  terminals.host(true, false)
  terminals.opened(opened(1, 'one'))
  terminals.opened(opened(2, 'two'))
  terminals.frame({
    kind: FrameKind.Output,
    terminal: 2,
    position: 0,
    payload: new TextEncoder().encode('hi'),
  })
  expect(first.seen).toEqual([])
  expect(second.seen).toEqual(['hi'])
})

test('keys pressed while the connection is lost are not sent later', () => {
  const { terminals, frames } = lab()
  const { port, type } = screen()
  terminals.sessions.value[0]!.attach(port)
  terminals.host(true, false)
  terminals.opened(opened(1, 'one'))
  terminals.disconnected()
  type('rm x\r')
  terminals.host(true, false)
  terminals.opened(opened(5, 'one'))
  expect(frames.filter((one) => one.kind === FrameKind.Input)).toEqual([])
})

test('Enter in an ended shell asks for a new one, not for the old name', () => {
  const { terminals, requests } = lab()
  const { port, type, seen } = screen()
  terminals.sessions.value[0]!.attach(port)
  terminals.host(true, false)
  terminals.opened(opened(1, 'one'))
  terminals.exited(1)
  expect(seen.join('')).toContain('ENDED')
  type('\r')
  expect(requests).toHaveLength(2)
  expect(requests[1]).not.toHaveProperty('resume')
})

test('a container shell that is refused loses its tab', async () => {
  const { terminals, answerWith } = lab()
  answerWith(() => Promise.reject(new RequestError('DD_NO_CONTAINER')))
  const shell = terminals.add('container')
  shell.attach(screen().port)
  terminals.host(true, false)
  await new Promise((done) => setTimeout(done))
  expect(terminals.sessions.value.map((one) => one.kind)).toEqual(['shell'])
})

test('two shells that are resumed at once get their own screens, in whatever order the answers come', () => {
  const { terminals } = lab([
    { kind: 'shell', index: 1, name: 'one' },
    { kind: 'shell', index: 2, name: 'two' },
  ])
  const screens = terminals.sessions.value.map((session) => {
    const shown = screen()
    session.attach(shown.port)
    return shown
  })
  terminals.host(true, false)
  terminals.opened(opened(1, 'two', 'second'))
  terminals.opened(opened(2, 'one', 'first'))
  expect(screens.map((one) => one.seen.join(''))).toEqual(['first', 'second'])
})
