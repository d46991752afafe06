// The addon reads its table through `Buffer.from(…).buffer`, which is the table only when that buffer is not cut from Node's pool: else the
// import throws "Data error" or gives wrong widths, depending on what was allocated before.
const { poolSize } = Buffer
Buffer.poolSize = 0
const addon = await import('@xterm/addon-unicode-graphemes')
Buffer.poolSize = poolSize

/** Widths of characters by grapheme, as the page's terminals measure them. */
export const { UnicodeGraphemesAddon } = addon.default
