import { describe, expect, it } from 'vitest'
import { frame } from './hostile-engine.ts'
import { BoundedText, demultiplexed } from './streams.ts'

async function* pieces(data: Buffer, size: number) {
  for (let i = 0; i < data.length; i += size) yield data.subarray(i, i + size)
}

describe('demultiplexed', () => {
  const data = Buffer.concat([frame(1, 5, 'hello'), frame(2, 0), frame(2, 3, 'bad'), frame(1, 4, ' you')])
  it.each([1, 3, 8, 9, 1000])('reads frames that arrive %d bytes at a time', async (size) => {
    const out = { stdout: '', stderr: '' }
    for await (const { stream, chunk } of demultiplexed(pieces(data, size))) out[stream] += chunk
    expect(out).toEqual({ stdout: 'hello you', stderr: 'bad' })
  })
})

describe('BoundedText', () => {
  it('keeps a character whole that is split over chunks', () => {
    const text = new BoundedText(100)
    for (const byte of Buffer.from('aé日本')) text.add(Buffer.from([byte]))
    expect(text.text).toBe('aé日本')
    expect(text.truncated).toBe(false)
  })

  it('keeps its limit, to the byte, and says when there was more', () => {
    const text = new BoundedText(4)
    text.add(Buffer.from('abcd'))
    expect(text.truncated).toBe(false)
    text.add(Buffer.from('e'))
    expect([text.text, text.bytes, text.truncated]).toEqual(['abcd', 5, true])
  })
})
