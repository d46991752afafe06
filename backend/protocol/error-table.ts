import type { Text } from './language.ts'

/**
 * Every error a person can meet. `what` happened, what to do `next`; both are ICU templates. `exit` is the command line's exit code
 * (2 bad input, 3 the lab's fault), `status` the HTTP status.
 */
export interface ErrorEntry {
  what: Text
  next: Text
  exit: 2 | 3
  status: number
}

export const ERRORS = {
  DD_INTERNAL: {
    what: { en: 'The lab made a mistake: {detail}', ja: 'ラボ側の不具合です: {detail}' },
    next: { en: 'Try again. If it happens again, the server log has the details.', ja: 'もう一度試してください。繰り返す場合はサーバーのログを確認してください。' },
    exit: 3,
    status: 500,
  },
  DD_PROTOCOL: {
    what: { en: 'The page sent a message that the server does not understand: {detail}', ja: 'ページが送ったメッセージをサーバーが理解できません: {detail}' },
    next: { en: 'Reload the page.', ja: 'ページを再読み込みしてください。' },
    exit: 2,
    status: 400,
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS
