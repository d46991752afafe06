import type { WebSocket } from 'ws'
import type { Clock } from '../clock.ts'
import { asDrydockError, DrydockError } from '../errors.ts'
import type { Lessons, Page, Tab } from '../protocol/connection.ts'
import { decodeFrame, FrameKind } from '../protocol/frames.ts'
import type { Language } from '../protocol/language.ts'
import { ClientMessage, type ServerMessage } from '../protocol/messages.ts'
import { Rate } from './rate.ts'

/**
 * What a page may send: an editor that saves as one types sends 2–5 messages a second. Frames have no rate: an acknowledgement that was
 * dropped would stop its terminal for good, and what is typed is bounded by the terminal.
 */
const MESSAGES_PER_SECOND = 50
/** So many messages that nobody understands end the connection: it is not our page. */
const MAX_REFUSED = 100
/** Text that a page does not read; terminals are bounded by their own flow control. Above a build's whole log. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024
/** Messages that came before the session was ready. */
const MAX_EARLY = 64

export interface TabSocketOptions {
  socket: WebSocket
  lessons: Lessons
  learner: string
  lesson: string
  language: Language
  clock: Clock
  log: { error(fields: object, message: string): void }
}

/** One tab's WebSocket: every byte is checked here; behind it, messages are what messages.ts says. */
export function serveTab({ socket, lessons, learner, lesson, language, clock, log }: TabSocketOptions): void {
  const messages = new Rate(MESSAGES_PER_SECOND, 4 * MESSAGES_PER_SECOND, clock.now())
  const early: ((tab: Tab) => void)[] = []
  let tab: Tab | undefined
  let refused = 0

  const page: Page = {
    language,
    send: (message) => {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > MAX_WAITING_BYTES) return socket.terminate()
      socket.send(JSON.stringify(message))
    },
    sendFrame: (bytes, flushed) => {
      if (socket.readyState === socket.OPEN) socket.send(bytes, flushed)
    },
    close: (reason) => socket.close(CloseCode.goAway, reason),
  }
  const refuse = (error: DrydockError, id?: number) => {
    page.send(errorMessage(error, id))
    if (++refused >= MAX_REFUSED) socket.close(CloseCode.policy, 'too many refused messages')
  }
  const deliver = (what: (tab: Tab) => void) => {
    if (tab) what(tab)
    else if (early.length < MAX_EARLY) early.push(what)
    else refuse(new DrydockError('DD_RATE_LIMIT'))
  }

  socket.on('message', (data, isBinary) => {
    const bytes = data as Buffer
    if (isBinary) {
      const frame = decodeFrame(bytes)
      if (!frame || frame.kind === FrameKind.Output)
        return refuse(protocolError('a binary message that is no frame'))
      return deliver((tab) => tab.frame(frame))
    }
    const parsed = parse(bytes)
    if (parsed.fault !== undefined) return refuse(protocolError(parsed.fault), parsed.id)
    if (!messages.take(clock.now())) return refuse(new DrydockError('DD_RATE_LIMIT'), parsed.message.id)
    deliver((tab) => tab.message(parsed.message))
  })
  socket.on('error', () => {}) // 'close' follows
  socket.on('close', () => tab?.closed())

  lessons.connect({ learner, lesson, page }).then(
    (connected) => {
      tab = connected
      if (socket.readyState !== socket.OPEN) return tab.closed()
      for (const what of early.splice(0)) what(connected)
    },
    (thrown) => {
      const error = asDrydockError(thrown)
      if (error.code === 'DD_INTERNAL')
        log.error({ err: error.cause ?? error }, 'a tab could not be connected')
      page.send(errorMessage(error))
      socket.close(error.code === 'DD_STOPPING' ? CloseCode.goAway : CloseCode.policy, error.code)
    },
  )
}

/** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
const CloseCode = { goAway: 1001, policy: 1008 } as const

export function errorMessage(error: DrydockError, id?: number): ServerMessage {
  return { type: 'error', ...(id === undefined ? {} : { id }), code: error.code, vars: error.vars }
}

function protocolError(detail: string): DrydockError {
  return new DrydockError('DD_PROTOCOL', { detail })
}

type Parsed = { message: ClientMessage; fault?: undefined } | { fault: string; id?: number }

function parse(bytes: Buffer): Parsed {
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch {
    return { fault: 'it is not JSON' }
  }
  const result = ClientMessage.safeParse(json)
  if (result.success) return { message: result.data }
  const id = (json as { id?: unknown } | null)?.id
  const issue = result.error.issues[0]
  const fault = `${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'not understood'}`.slice(0, 200)
  return Number.isSafeInteger(id) && (id as number) >= 0 ? { fault, id: id as number } : { fault }
}
