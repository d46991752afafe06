import type { ServerMessage } from '../protocol/messages.ts'

/** So much text of a build and of its container is told again to a tab that comes later. */
const KEPT_CHARS = 256 * 1024

/** What happened since the last Build & Run or Check began, for a tab that was reloaded meanwhile. Bounded: the oldest output goes first. */
export class Transcript {
  #messages: ServerMessage[] = []
  #chars = 0

  record(message: ServerMessage): void {
    this.#messages.push(message)
    this.#chars += textOf(message).length
    for (let at = 0; this.#chars > KEPT_CHARS && at < this.#messages.length; ) {
      const text = textOf(this.#messages[at]!)
      if (text === '') at++
      else {
        this.#messages.splice(at, 1)
        this.#chars -= text.length
      }
    }
  }

  clear(): void {
    this.#messages = []
    this.#chars = 0
  }

  *[Symbol.iterator](): Iterator<ServerMessage> {
    yield* this.#messages
  }
}

function textOf(message: ServerMessage): string {
  if (message.type === 'run.output') return message.text
  return message.type === 'build' && message.event.type === 'output' ? message.event.text : ''
}
