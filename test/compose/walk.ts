import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import WebSocket from 'ws'
import { systemClock } from '../../backend/clock.ts'
import { ServerMessage } from '../../backend/protocol/messages.ts'

/**
 * `node walk.ts URL`: takes the first lesson from the starting files to the accepted fix over the lesson's socket, as the page does.
 * Prints one line of JSON: the verdicts of both gradings, and what the container of Build & Run was.
 */
const LESSON = 'ship-without-root/who-am-i'
const LIMIT_MS = 150_000

const url = new URL(process.argv[2] ?? 'http://127.0.0.1:7070')
const seen: ServerMessage[] = []
const page = await answered(url)
const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? ''
const socket = new WebSocket(`ws://${url.host}/api/lesson?lesson=${LESSON}&lang=en`, {
  headers: { cookie, origin: url.origin },
})
const waiting = new Set<() => void>()
socket.on('message', (data, binary) => {
  if (binary) return
  seen.push(ServerMessage.parse(JSON.parse(String(data))))
  for (const look of waiting) look()
})
socket.on('close', (code) => fail(`the socket closed: ${code}`))
setTimeout(() => fail('too late'), LIMIT_MS).unref()
await once(socket, 'open')

/** The container may be up before its web process listens. */
async function answered(from: URL): Promise<Response> {
  const late = systemClock.now() + LIMIT_MS
  for (;;) {
    const answer = await fetch(new URL('/api/health', from)).catch(() => undefined)
    if (answer?.ok) return fetch(from)
    if (systemClock.now() > late) fail(`no answer at ${from}`)
    await systemClock.sleep(200)
  }
}

let requests = 0
const send = (message: object) => socket.send(JSON.stringify({ id: ++requests, ...message }))

/** The first message from `start` on that `wanted` accepts. */
function next<T>(wanted: (message: ServerMessage) => T | undefined, start = 0): Promise<T> {
  return new Promise((resolve) => {
    let at = start
    const look = () => {
      for (; at < seen.length; at++) {
        const error = seen[at]!.type === 'error' ? JSON.stringify(seen[at]) : undefined
        if (error) fail(error)
        const found = wanted(seen[at]!)
        if (found === undefined) continue
        waiting.delete(look)
        return resolve(found)
      }
    }
    waiting.add(look)
    look()
  })
}

const phase = (name: string, start = 0) =>
  next((m) => ((m.type === 'phase' || m.type === 'welcome') && m.phase === name ? true : undefined), start)

async function check(): Promise<Record<string, string>> {
  const start = seen.length
  send({ type: 'check' })
  const report = await next((m) => (m.type === 'check.done' ? m.report : undefined), start)
  return Object.fromEntries(report.goals.map((goal) => [goal.id, goal.status]))
}

function fail(why: string): never {
  process.stderr.write(`${why}\n${JSON.stringify(seen.slice(-5))}\n`)
  process.exit(1)
}

const files = await next((m) => (m.type === 'welcome' ? m.files : undefined))
await phase('ready')
const broken = await check()
const fix = join(import.meta.dirname, '../../lessons', LESSON, 'solution/Dockerfile')
const base = files.find((file) => file.path === 'Dockerfile')!.revision
send({ type: 'file.save', path: 'Dockerfile', content: await readFile(fix, 'utf8'), base })
const start = seen.length
send({ type: 'run' })
await phase('running', start)
const run = seen.findLast((m) => m.type === 'run.started')
const repaired = await check()
process.stdout.write(`${JSON.stringify({ broken, run, repaired })}\n`)
process.exit(0)
