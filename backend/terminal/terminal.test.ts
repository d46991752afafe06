import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import headless from '@xterm/headless'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Clock, systemClock } from '../clock.ts'
import { HIGH_WATERMARK_BYTES, LOW_WATERMARK_BYTES } from '../protocol/frames.ts'
import type { Pty, Viewer } from './pty.ts'
import { Terminal } from './terminal.ts'

// The program is a real process's end of a real Unix socket: what is not read stays in the kernel and stops it, as with the agent.
let folder: string
let server: Server
let program: Promise<Socket>
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drydock-terminal-'))
  server = createServer()
  program = new Promise((resolve) =>
    server.once('connection', (socket) => resolve(socket.on('error', () => {}))),
  )
  await new Promise<void>((resolve) => server.listen(join(folder, 's'), resolve))
})
afterEach(async () => {
  ;(await program).destroy()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

function socketPty(resizes: [number, number][] = []): Pty {
  const socket = connect(join(folder, 's')).on('error', () => {})
  return {
    onOutput: (listener) => socket.on('data', listener),
    write: (bytes) => socket.write(bytes),
    drained: () => new Promise((resolve) => socket.once('drain', () => resolve())),
    resize: (cols, rows) => resizes.push([cols, rows]),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    exited: new Promise((resolve) => socket.once('close', () => resolve(0))),
    close: async () => void socket.destroy(),
  }
}

class Page implements Viewer {
  received: Buffer[] = []
  bytes = 0
  /** Unset: this page acknowledges nothing. */
  terminal: Terminal | undefined
  screen: string | undefined
  from = -1
  exitCode: number | null | undefined
  wasStalled = false
  flush = true
  opened(position: number, screen: string) {
    this.from = position
    this.screen = screen
  }
  output(position: number, chunk: Uint8Array, flushed: () => void) {
    expect(position).toBe(this.from + this.bytes)
    this.received.push(Buffer.from(chunk))
    this.bytes += chunk.length
    if (this.flush) flushed()
    this.terminal?.acknowledge(this, position + chunk.length)
  }
  exited(exitCode: number | null) {
    this.exitCode = exitCode
  }
  stalled() {
    this.wasStalled = true
  }
  get text() {
    return Buffer.concat(this.received).toString()
  }
}

const open = (pty: Pty, clock: Clock = systemClock) =>
  new Terminal(pty, { name: 'n', kind: 'shell', cols: 80, rows: 24, clock })

/** Writes for ever, as fast as the reader takes it; `taken()` is how much went into the socket. */
function flood(socket: Socket) {
  let taken = 0
  const chunk = Buffer.alloc(64 * 1024, 'all work and no play makes a dull log\r\n')
  const more = () => {
    while (!socket.destroyed) {
      taken += chunk.length
      if (!socket.write(chunk)) return
    }
  }
  socket.on('drain', more)
  more()
  return () => taken
}

const settled = async (read: () => number) => {
  for (let last = -1; last !== read(); ) {
    last = read()
    await systemClock.sleep(80)
  }
}

describe('flow', () => {
  test('a page that acknowledges nothing stops the program within the high watermark', async () => {
    const page = new Page()
    await using terminal = open(socketPty())
    await terminal.attach(page)
    const taken = flood(await program)
    await settled(taken)
    expect(page.bytes).toBeGreaterThan(HIGH_WATERMARK_BYTES)
    expect(page.bytes).toBeLessThan(HIGH_WATERMARK_BYTES + 256 * 1024)
    // The kernel's buffers and the stream's own, no more: the program is really stopped.
    expect(taken() - page.bytes).toBeLessThan(1024 * 1024)

    terminal.acknowledge(page, page.bytes - LOW_WATERMARK_BYTES)
    const before = taken()
    await settled(taken)
    expect(taken()).toBe(before)
    terminal.acknowledge(page, page.bytes - LOW_WATERMARK_BYTES + 1)
    await vi.waitFor(() => expect(taken()).toBeGreaterThan(before))
  })

  test('a page that acknowledges without reading stops it too', async () => {
    const page = new Page()
    page.flush = false
    await using terminal = open(socketPty())
    page.terminal = terminal
    await terminal.attach(page)
    const taken = flood(await program)
    await settled(taken)
    expect(page.bytes).toBeLessThan(HIGH_WATERMARK_BYTES + 256 * 1024)
  })

  test('a page may not acknowledge what it was never sent', async () => {
    const page = new Page()
    await using terminal = open(socketPty())
    await terminal.attach(page)
    ;(await program).write('hello')
    await vi.waitFor(() => expect(page.bytes).toBe(5))
    expect(terminal.acknowledge(page, 6)).toBe(false)
    expect(terminal.acknowledge(page, 5)).toBe(true)
  })

  test('a page that reads gets every byte, in order', async () => {
    const page = new Page()
    await using terminal = open(socketPty())
    page.terminal = terminal
    await terminal.attach(page)
    const lines = Array.from({ length: 200_000 }, (_, n) => `line ${n} 漢字\r\n`).join('')
    ;(await program).write(lines)
    const size = Buffer.byteLength(lines)
    await vi.waitFor(() => expect(page.bytes).toBe(size), 5000)
    expect(page.text).toBe(lines)
  })

  test('one of two pages that stops reading is let go, and the other continues', async () => {
    let now = 0
    const sleeping: (() => void)[] = []
    const clock: Clock = {
      now: () => now,
      random: systemClock.random,
      sleep: (ms) => (ms < 1000 ? systemClock.sleep(ms) : new Promise((resolve) => sleeping.push(resolve))),
    }
    const [asleep, awake] = [new Page(), new Page()]
    await using terminal = open(socketPty(), clock)
    awake.terminal = terminal
    await terminal.attach(asleep)
    await terminal.attach(awake)
    const taken = flood(await program)
    await settled(taken)
    expect(asleep.wasStalled).toBe(false)
    now = 10_000
    sleeping.shift()!()
    const before = awake.bytes
    await vi.waitFor(() => expect(awake.bytes).toBeGreaterThan(before))
    expect(asleep.wasStalled).toBe(true)
    expect(awake.wasStalled).toBe(false)
  })

  test('with nobody looking a program goes on, a megabyte a second', async () => {
    const sleeping: (() => void)[] = []
    const clock: Clock = {
      ...systemClock,
      sleep: (ms) => (ms < 1000 ? systemClock.sleep(ms) : new Promise((resolve) => sleeping.push(resolve))),
    }
    await using terminal = open(socketPty(), clock)
    const taken = flood(await program)
    await vi.waitFor(() => expect(terminal.position).toBeGreaterThan(1024 * 1024))
    await settled(taken)
    const first = terminal.position
    expect(first).toBeLessThan(1.5 * 1024 * 1024)
    sleeping.shift()!()
    await vi.waitFor(() => expect(terminal.position).toBeGreaterThan(first + 1024 * 1024))
  })
})

describe('input', () => {
  test('a program that does not read is sent no more than a bounded paste', async () => {
    await using terminal = open(socketPty())
    ;(await program).pause()
    const megabyte = Buffer.alloc(1024 * 1024, 'v')
    expect(terminal.input(megabyte)).toBe(true)
    let accepted = 1
    while (accepted < 20 && terminal.input(megabyte)) accepted++
    expect(accepted).toBeLessThanOrEqual(5)
    let read = 0
    const socket = await program
    socket.on('data', (chunk) => (read += chunk.length)).resume()
    await vi.waitFor(() => expect(read).toBe(accepted * megabyte.length))
    await vi.waitFor(() => expect(terminal.input(Buffer.from('x'))).toBe(true))
  })
})

describe('replay', () => {
  const draw = async (screen: string, rest: string) => {
    const terminal = new headless.Terminal({ cols: 80, rows: 24, allowProposedApi: true })
    await new Promise<void>((resolve) => terminal.write(screen + rest, resolve))
    const { active } = terminal.buffer
    const line = (y: number) => active.getLine(active.baseY + y)?.translateToString(true)
    return { line, cursor: [active.cursorX, active.cursorY], alternate: active.type === 'alternate' }
  }

  test('a page that comes later sees the same screen and every byte after it, once', async () => {
    const early = new Page()
    const late = new Page()
    await using terminal = open(socketPty())
    early.terminal = late.terminal = terminal
    await terminal.attach(early)
    const socket = await program
    socket.write('first\r\n\x1b[1msecond 漢字\x1b[0m\r\n$ ')
    await vi.waitFor(() => expect(early.bytes).toBeGreaterThan(20))
    const attached = terminal.attach(late)
    socket.write('typed')
    await attached
    await vi.waitFor(() => expect(early.text).toContain('typed'))
    await vi.waitFor(() => expect(late.from + late.bytes).toBe(early.bytes))
    const seen = await draw(late.screen!, late.text)
    expect(seen.line(0)).toBe('first')
    expect(seen.line(1)).toBe('second 漢字')
    expect(seen.line(2)).toBe('$ typed')
    expect(seen.cursor).toEqual([7, 2])
  })

  test('a full-screen program comes back full-screen', async () => {
    const page = new Page()
    await using terminal = open(socketPty())
    ;(await program).write('shell\r\n\x1b[?1049h\x1b[2J\x1b[5;3Hediting')
    await vi.waitFor(() => expect(terminal.position).toBeGreaterThan(20))
    await terminal.attach(page)
    const seen = await draw(page.screen!, '')
    expect(seen.alternate).toBe(true)
    expect(seen.line(4)).toBe('  editing')
  })

  test('the screen stays bounded after ten megabytes', async () => {
    const early = new Page()
    const page = new Page()
    await using terminal = open(socketPty())
    early.terminal = page.terminal = terminal
    await terminal.attach(early)
    ;(await program).write(Buffer.alloc(10_000_000, 'all work and no play makes a dull log\r\n'))
    await vi.waitFor(() => expect(terminal.position).toBe(10_000_000), 5000)
    await terminal.attach(page)
    expect(page.screen!.length).toBeLessThan(100_000)
    expect(page.screen).toContain('dull log')
  })
})

test('the program that ends is told to every page, after its last byte', async () => {
  const page = new Page()
  await using terminal = open(socketPty())
  page.terminal = terminal
  await terminal.attach(page)
  ;(await program).end('bye\r\n')
  expect(await terminal.ended).toBe(0)
  expect(page.text).toBe('bye\r\n')
  expect(page.exitCode).toBe(0)
})

test('a resize reaches the program and the replayed screen', async () => {
  const resizes: [number, number][] = []
  await using terminal = open(socketPty(resizes))
  ;(await program).write(`${'x'.repeat(100)}\r\n`)
  await vi.waitFor(() => expect(terminal.position).toBe(102))
  terminal.resize(40, 10)
  expect(resizes).toEqual([[40, 10]])
  const page = new Page()
  await terminal.attach(page)
  expect(page.screen).toContain('x'.repeat(40))
  expect(page.screen).not.toContain('x'.repeat(101))
})
