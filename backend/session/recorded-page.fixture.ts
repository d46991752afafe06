import { vi } from 'vitest'
import type { Page, Tab } from '../protocol/connection.ts'
import { decodeFrame, FrameKind } from '../protocol/frames.ts'
import type { ClientMessage, ServerMessage } from '../protocol/messages.ts'

/** A tab's page that remembers what it was sent, and asks as the real one does. */
export class RecordedPage implements Page {
  readonly language = 'en'
  received: ServerMessage[] = []
  output = ''
  /** Of each terminal, by its number. */
  outputs = new Map<number, string>()
  reason: string | undefined
  tab!: Tab
  #id = 100
  send(message: ServerMessage) {
    this.received.push(message)
  }
  sendFrame(bytes: Uint8Array, flushed: () => void) {
    const { terminal, position, payload } = decodeFrame(bytes)!
    const text = Buffer.from(payload).toString()
    this.output += text
    this.outputs.set(terminal, (this.outputs.get(terminal) ?? '') + text)
    flushed()
    const acknowledged = {
      kind: FrameKind.Ack,
      terminal,
      position: position + payload.length,
      payload: new Uint8Array(),
    }
    setImmediate(() => this.tab.frame(acknowledged))
  }
  close(reason: string) {
    this.reason = reason
  }
  type(terminal: number, text: string) {
    this.tab.frame({ kind: FrameKind.Input, terminal, position: 0, payload: Buffer.from(text) })
  }
  async ask(message: object, timeout = 1000): Promise<ServerMessage> {
    const id = this.#id++
    this.tab.message({ id, ...message } as ClientMessage)
    return vi.waitFor(() => {
      const answer = this.received.find((message) => 'id' in message && message.id === id)
      if (!answer) throw new Error(`no answer to ${JSON.stringify(message)}`)
      return answer
    }, timeout)
  }
  of<T extends ServerMessage['type']>(type: T) {
    return this.received.filter((message) => message.type === type) as Extract<ServerMessage, { type: T }>[]
  }
  get phase() {
    return this.of('phase').at(-1)?.phase
  }
}
