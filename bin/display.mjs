/**
 * Long steps, announced before they begin and shown while they run: a live line with the elapsed time on a terminal, plain
 * lines elsewhere. Plain JavaScript for Node 20: it runs before anything is installed.
 */

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const REDRAW_MS = 120 // smooth for the eye, nothing for a CPU
const PLAIN_EVERY_MS = 5_000 // a log stays readable
const PLAIN_SILENCE_MS = 30_000 // a CI that hears nothing for minutes suspects a hang

/** `12 s`, `3 min 5 s`. */
export function elapsed(ms) {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Colour codes for a stream, or none: NO_COLOR, a pipe and a dumb terminal get plain text. */
export function colours(stream, env = process.env) {
  const wanted = env.NO_COLOR
    ? false
    : env.FORCE_COLOR
      ? env.FORCE_COLOR !== '0'
      : Boolean(stream.isTTY) && env.TERM !== 'dumb'
  const paint = (code) => (text) => (wanted ? `\u001b[${code}m${text}\u001b[0m` : text)
  return {
    bold: paint('1'),
    dim: paint('2'),
    red: paint('31'),
    green: paint('32'),
    yellow: paint('33'),
    cyan: paint('36'),
  }
}

export class Display {
  #stream
  #paint
  #live
  #step
  #drawn = false

  constructor(stream = process.stdout, env = process.env) {
    this.#stream = stream
    this.#paint = colours(stream, env)
    this.#live = Boolean(stream.isTTY) && env.TERM !== 'dumb' && !env.CI
  }

  get paint() {
    return this.#paint
  }

  /** Announces a step. `detail`: what it installs or makes, said before it happens. One step at a time. */
  step(title, detail = '') {
    this.#step?.done()
    this.line(this.#paint.bold(title))
    if (detail) for (const line of wrap(detail, this.#width() - 2)) this.line(`  ${this.#paint.dim(line)}`)
    const step = new Step(this, this.#live)
    this.#step = step
    return step
  }

  /** A line above whatever is live. */
  line(text) {
    this.#erase()
    this.#stream.write(`${text}\n`)
  }

  /** Draws the live line. Only a step calls this. */
  draw(text, ended, step) {
    this.#erase()
    const line = cut(text, this.#width() - 1)
    if (ended || !this.#live) this.#stream.write(`${this.#colour(line)}\n`)
    else {
      this.#stream.write(`${this.#colour(line)}`)
      this.#drawn = true
    }
    if (ended && this.#step === step) this.#step = undefined
  }

  /** Leaves the terminal as it was found, in the middle of a step too. */
  close() {
    this.#step?.abandon()
    this.#step = undefined
    this.#erase()
  }

  #erase() {
    if (this.#drawn) this.#stream.write('\r\u001b[2K')
    this.#drawn = false
  }

  #colour(line) {
    if (line.startsWith('  ✔')) return this.#paint.green(line)
    if (line.startsWith('  ✘')) return this.#paint.red(line)
    return line
  }

  #width() {
    return this.#stream.columns || 100
  }
}

class Step {
  #display
  #live
  #began = Date.now()
  #text = ''
  #frame = 0
  #saidText = ''
  #saidAt = Date.now()
  #timer

  constructor(display, live) {
    this.#display = display
    this.#live = live
    this.#timer = setInterval(() => this.#tick(), live ? REDRAW_MS : 1000)
    this.#timer.unref()
  }

  /** What is being done now, one short line. */
  progress(text) {
    this.#text = text.replace(/\s+/g, ' ').trim()
  }

  done(text = '') {
    this.#end(`  ✔ ${text ? `${text} · ` : ''}${elapsed(Date.now() - this.#began)}`)
  }

  fail() {
    this.#end(`  ✘ ${elapsed(Date.now() - this.#began)}`)
  }

  /** Stops drawing without a verdict. */
  abandon() {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #end(line) {
    if (!this.#timer) return
    this.abandon()
    this.#display.draw(line, true, this)
  }

  #tick() {
    const time = elapsed(Date.now() - this.#began)
    if (this.#live) {
      this.#frame = (this.#frame + 1) % FRAMES.length
      this.#display.draw(
        `  ${FRAMES[this.#frame]} ${this.#text ? `${this.#text} · ` : ''}${time}`,
        false,
        this,
      )
      return
    }
    const since = Date.now() - this.#saidAt
    if (since < PLAIN_EVERY_MS || (this.#text === this.#saidText && since < PLAIN_SILENCE_MS)) return
    this.#saidAt = Date.now()
    this.#saidText = this.#text
    this.#display.draw(`  … ${this.#text ? `${this.#text} · ` : ''}${time}`, false, this)
  }
}

/** As much of a line as fits: one that wraps could not be erased. Japanese letters take two cells. */
function cut(text, cells) {
  let used = 0
  let out = ''
  for (const letter of text) {
    used += letter.codePointAt(0) > 0x2e7f ? 2 : 1
    if (used > cells) break
    out += letter
  }
  return out
}

function wrap(text, width) {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1]
    if (line && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines
}
