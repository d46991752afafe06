/** One form in which a secret can stand in bytes. */
export interface EncodedSecret {
  /** `plain`, `base64`, `hex`, `base64 of reversed`, … */
  encoding: string
  bytes: Buffer
  /** How many encoded bytes one character of the secret takes. */
  bytesPerCharacter: number
  /** Encoded bytes at the edges that a neighbour shares in and that therefore cannot be known, at most. */
  blurredBytes: number
}

const BASE64_URL: Record<string, string> = { '+': '-', '/': '_' }
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/**
 * Every form that the search knows, without duplicates: the secret, its reverse, other case and rot13, each as it is, in base64 and base32 (every alignment
 * that text before it can cause; standard and URL-safe), hex (both cases, joined or with the usual separators), percent-encoded,
 * `\x` and `\u` escapes, decimal lists, UTF-16 of both orders, characters spaced out; and base64 of base64, hex and UTF-16.
 */
export function encodeSecret(secret: string): EncodedSecret[] {
  const texts: [string, string][] = [
    ['', secret],
    ['reversed', [...secret].reverse().join('')],
    ['upper case', secret.toUpperCase()],
    ['lower case', secret.toLowerCase()],
    ['swapped case', swapCase(secret)],
    ['rot13', rot13(secret)],
  ]
  const forms = texts.flatMap(([name, text]) => outerForms(name, text))
  forms.push(...nestedForms(secret))
  const seen = new Set<string>()
  return forms.filter((form) => {
    const key = form.bytes.toString('latin1')
    return !seen.has(key) && seen.add(key)
  })
}

function outerForms(inner: string, text: string): EncodedSecret[] {
  const plain = Buffer.from(text, 'utf8')
  const named = (encoding: string) =>
    inner === '' ? encoding : encoding === 'plain' ? inner : `${encoding} of ${inner}`
  const form = (
    encoding: string,
    bytes: Buffer | string,
    bytesPerCharacter: number,
    blurredBytes = 0,
  ): EncodedSecret => ({
    encoding: named(encoding),
    bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes,
    bytesPerCharacter,
    blurredBytes,
  })
  const forms = [form('plain', plain, 1)]
  for (const base64 of base64Alignments(plain)) {
    forms.push(form('base64', base64, 4 / 3, 2))
    forms.push(
      form(
        'base64url',
        base64.replace(/[+/]/g, (c) => BASE64_URL[c]!),
        4 / 3,
        2,
      ),
    )
  }
  for (const base32 of base32Alignments(plain)) {
    forms.push(form('base32', base32, 8 / 5, 2), form('base32', base32.toLowerCase(), 8 / 5, 2))
  }
  const lower = [...plain].map((byte) => byte.toString(16).padStart(2, '0'))
  for (const pairs of [lower, lower.map((pair) => pair.toUpperCase())]) {
    for (const separator of ['', ' ', ':', ',', '-']) {
      forms.push(form('hex', pairs.join(separator), 2 + separator.length, separator.length))
    }
    forms.push(form('hex', pairs.map((pair) => `0x${pair}`).join(', '), 6, 2))
    forms.push(form('hex', pairs.map((pair) => `0x${pair}`).join(','), 5, 1))
    forms.push(form('url-encoded', pairs.map((pair) => `%${pair}`).join(''), 3))
    forms.push(form('backslash-x', pairs.map((pair) => `\\x${pair}`).join(''), 4))
    forms.push(form('backslash-u', pairs.map((pair) => `\\u00${pair}`).join(''), 6))
  }
  for (const first of [0, 1]) {
    // Words of two bytes, the second one first: how od -x and hexdump print on today's machines.
    const words = lower
      .slice(first)
      .flatMap((pair, index, all) => (index % 2 === 1 ? [pair + all[index - 1]] : []))
    forms.push(form('hex words', words.join(' '), 2.5, 5))
  }
  forms.push(form('url-encoded', encodeURIComponent(text), 1))
  for (const separator of [',', ', ', ' ']) forms.push(form('decimal', [...plain].join(separator), 3, 2))
  for (const separator of [' ', '   ', '\n', ',', '.', '-', '_', '/'])
    forms.push(form('spaced', [...text].join(separator), 2, 1))
  const utf16 = Buffer.from(text, 'utf16le')
  forms.push(form('utf-16le', utf16, 2), form('utf-16be', Buffer.from(utf16).swap16(), 2))
  return forms
}

/** base64 once more over base64, hex and UTF-16: what two tools in a row make of a secret. */
function nestedForms(secret: string): EncodedSecret[] {
  const plain = Buffer.from(secret, 'utf8')
  const forms: EncodedSecret[] = []
  const add = (inner: string, bytes: Buffer, bytesPerCharacter: number) => {
    for (const base64 of base64Alignments(bytes)) {
      forms.push({
        encoding: `base64 of ${inner}`,
        bytes: Buffer.from(base64),
        bytesPerCharacter: (bytesPerCharacter * 4) / 3,
        blurredBytes: 4,
      })
    }
    const hex = bytes.toString('hex')
    forms.push({
      encoding: `hex of ${inner}`,
      bytes: Buffer.from(hex),
      bytesPerCharacter: bytesPerCharacter * 2,
      blurredBytes: 4,
    })
  }
  for (const base64 of base64Alignments(plain)) add('base64', Buffer.from(base64), 4 / 3)
  add('hex', Buffer.from(plain.toString('hex')), 2)
  add('utf-16le', Buffer.from(secret, 'utf16le'), 2)
  return forms
}

/** The base64 characters that the secret alone decides, for 0, 1 and 2 bytes standing before it in its group of three. */
function base64Alignments(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
  })
}

function base32Alignments(bytes: Buffer): string[] {
  return [0, 1, 2, 3, 4].map((before) => {
    let bits = ''
    for (const byte of Buffer.concat([Buffer.alloc(before), bytes])) bits += byte.toString(2).padStart(8, '0')
    const first = Math.ceil((before * 8) / 5)
    const last = Math.floor(bits.length / 5)
    let text = ''
    for (let i = first; i < last; i++) text += BASE32[Number.parseInt(bits.slice(i * 5, i * 5 + 5), 2)]
    return text
  })
}

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))
}

function rot13(text: string): string {
  return text.replace(/[a-z]/gi, (c) => {
    const base = c <= 'Z' ? 65 : 97
    return String.fromCharCode(((c.charCodeAt(0) - base + 13) % 26) + base)
  })
}
