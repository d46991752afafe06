/** One text message may be this long, in bytes: a file at its limit plus the JSON around it. A longer one closes the socket. */
export const MAX_MESSAGE_BYTES = 2 * 1024 * 1024
