import { expect, test } from 'vitest'
import {
  ACK_EVERY_BYTES,
  FrameKind,
  LOW_WATERMARK_BYTES,
  readResize,
} from '../../../backend/protocol/frames.ts'
import { CHUNK_BYTES, InputQueue } from './input-queue.ts'
import { OutputFlow } from './output-flow.ts'

function output(position = 0) {
  const written: number[] = []
  const done: (() => void)[] = []
  const acks: number[] = []
  const flow = new OutputFlow(
    {
      write: (bytes, callback) => {
        written.push(bytes.length)
        done.push(callback)
      },
      acknowledge: (at) => acks.push(at),
    },
    position,
  )
  return { flow, written, done, acks }
}

test('nothing is acknowledged before the screen has taken it in', () => {
  const { flow, done, acks } = output()
  flow.receive(0, new Uint8Array(ACK_EVERY_BYTES * 3))
  expect(acks).toEqual([])
  for (const callback of done) callback()
  expect(acks).toEqual([ACK_EVERY_BYTES * 3])
})

test('what stays unacknowledged is always below the mark at which the server resumes', () => {
  const { flow, done, acks } = output()
  let sent = 0
  for (let i = 0; i < 500; i++) {
    flow.receive(sent, new Uint8Array(1500))
    sent += 1500
    done.shift()?.()
    expect(sent - (acks.at(-1) ?? 0)).toBeLessThan(LOW_WATERMARK_BYTES)
  }
})

test('bytes seen before are dropped, also in the middle of a frame', () => {
  const { flow, written } = output(100)
  flow.receive(0, new Uint8Array(50))
  flow.receive(90, new Uint8Array(30))
  expect(written).toEqual([20])
})

function input(buffered = () => 0) {
  const sent: { kind: number; payload: Uint8Array }[] = []
  const timers: (() => void)[] = []
  const connected = { yes: true }
  const queue = new InputQueue({
    send: (kind, payload) => connected.yes && sent.push({ kind, payload }) > 0,
    bufferedBytes: buffered,
    later: (run) => timers.push(run),
  })
  return { queue, sent, timers, connected }
}

test('a paste of a megabyte arrives whole, in pieces, waiting for the network', () => {
  let buffered = 0
  const { queue, sent, timers } = input(() => buffered)
  buffered = 1 << 20
  queue.text('ä'.repeat(512 * 1024))
  queue.resize(80, 24)
  expect(sent).toEqual([])
  buffered = 0
  timers.shift()?.()
  const pasted = sent.slice(0, -1)
  expect(pasted.every((one) => one.payload.length <= CHUNK_BYTES)).toBe(true)
  const whole = Buffer.concat(pasted.map((one) => one.payload)).toString()
  expect(whole).toBe('ä'.repeat(512 * 1024))
})

test('a resize keeps its place among the keys', () => {
  const { queue, sent } = input()
  queue.text('a')
  queue.resize(100, 30)
  queue.text('b')
  expect(sent.map((one) => one.kind)).toEqual([FrameKind.Input, FrameKind.Resize, FrameKind.Input])
  expect(readResize(sent[1]!.payload)).toEqual({ cols: 100, rows: 30 })
})

test('without a connection nothing is kept back to arrive later by surprise', () => {
  const { queue, sent, connected } = input()
  connected.yes = false
  queue.text('rm -rf x\r')
  connected.yes = true
  queue.text('ls\r')
  expect(sent).toHaveLength(1)
})
