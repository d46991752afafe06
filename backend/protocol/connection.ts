import type { Frame } from './frames.ts'
import type { Language } from './language.ts'
import type { ClientMessage, ServerMessage } from './messages.ts'

/** The server's end of one tab's WebSocket, for whoever answers it. Sending to a closed one does nothing. */
export interface Page {
  readonly language: Language
  send(message: ServerMessage): void
  /** An encoded frame. `flushed` when the kernel has taken it. */
  sendFrame(bytes: Uint8Array, flushed: () => void): void
  /** Ends the connection; a page that is alive comes back by itself. */
  close(reason: string): void
}

/** Who answers one tab: a session, told what the page sent. Nothing here throws. */
export interface Tab {
  message(message: ClientMessage): void
  frame(frame: Frame): void
  closed(): void
}

/** Where tabs are connected to what they ask for. */
export interface Lessons {
  /** The first message that the page gets is `welcome`. DD_LESSON_UNKNOWN, DD_STOPPING. */
  connect(request: { learner: string; lesson: string; page: Page }): Promise<Tab>
  readonly sessions: number
}
