import { describe, expect, it } from 'vitest'
import { type Recorded, recordedSubject } from '../subject.fixture.ts'
import { Unmet } from '../unmet.ts'
import { httpAnswers } from './http-answers.ts'

const about = { id: 'g', title: { en: 'T', ja: 'T' }, hint: { en: 'H', ja: 'H' } }
const anyPort = { ...about, kind: 'http-answers' } as const
const port80 = { ...anyPort, port: 80 } as const
const OK = 'HTTP/1.1 200 OK\r\n\r\n{"order":"GET %"}'
const judge = (recorded: Recorded, goal: typeof anyPort | typeof port80 = anyPort) =>
  httpAnswers.evaluate(goal, recordedSubject(recorded))

describe('http-answers', () => {
  it('asks whichever port the app listens on', async () => {
    expect((await judge({ processes: [{ ports: [3000] }], http: { '172.17.0.2:3000': OK } })).status).toBe(
      'passed',
    )
  })

  it('asks a named port where it is published', async () => {
    const verdict = await judge(
      { published: [{ host: 80, container: 8080 }], http: { 'published:80': OK } },
      port80,
    )
    expect(verdict).toMatchObject({ status: 'passed', observed: [{}, { from: 'published' }] })
  })

  it('does not take another port for the named one', async () => {
    expect((await judge({ http: { '172.17.0.2:8080': OK, 'published:8080': OK } }, port80)).status).toBe(
      'failed',
    )
  })

  it('fails for another status', async () => {
    const verdict = await judge({ http: { '172.17.0.2:8080': 'HTTP/1.1 500 Internal Server Error\r\n\r\n' } })
    expect(verdict).toMatchObject({
      status: 'failed',
      observed: [{}, { words: 'HTTP/1.1 500 Internal Server Error' }],
    })
  })

  it('knows the starter’s server.js by its words, and lets another server answer what it likes', async () => {
    const http = { '172.17.0.2:8080': 'HTTP/1.1 200 OK\r\n\r\nhello' }
    const starter = { 'server.js': 'starter' }
    expect((await judge({ http, starter, files: { 'server.js': 'starter' } })).status).toBe('failed')
    expect((await judge({ http, starter, files: { 'server.js': 'mine' } })).status).toBe('passed')
  })

  it('fails, and is no error, when the container has ended', async () => {
    const ended = new Unmet([{ en: 'ended', ja: 'ended' }])
    await expect(judge({ container: ended })).rejects.toBe(ended)
  })
})
