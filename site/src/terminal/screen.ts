import { FitAddon } from '@xterm/addon-fit'
import { SearchAddon } from '@xterm/addon-search'
import { UnicodeGraphemesAddon } from '@xterm/addon-unicode-graphemes'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { WebglAddon } from '@xterm/addon-webgl'
import { type ITheme, Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import { isDark, tokenColor } from '../styles/colors.ts'

export interface ScreenOptions {
  label: string
  screenReader: boolean
}

/** One terminal's screen: xterm with its addons. The module is large: import it only when a terminal is shown. */
export class Screen implements Disposable {
  readonly #terminal: Terminal
  readonly #fit = new FitAddon()
  readonly #search = new SearchAddon()
  readonly #observer: ResizeObserver
  #fitTimer = 0

  constructor(host: HTMLElement, options: ScreenOptions) {
    this.#terminal = new Terminal({
      allowProposedApi: true, // the grapheme addon and the search decorations need it
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
      fontSize: 13,
      lineHeight: 1.2,
      scrollback: 5_000,
      logLevel: 'off', // it would write a line to the console for each byte of /dev/urandom
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      screenReaderMode: options.screenReader,
      minimumContrastRatio: 4.5,
      theme: theme(),
      linkHandler: { activate: (_event, uri) => openLink(uri) },
    })
    const terminal = this.#terminal
    terminal.loadAddon(this.#fit)
    terminal.loadAddon(this.#search)
    terminal.loadAddon(new UnicodeGraphemesAddon())
    terminal.loadAddon(new WebLinksAddon((_event, uri) => openLink(uri)))
    terminal.open(host)
    terminal.textarea?.setAttribute('aria-label', options.label)
    // Leaving the terminal, and running, belong to the page; everything else to the program in it.
    terminal.attachCustomKeyEventHandler(
      (event) => event.key !== 'F6' && !(event.key === 'Enter' && (event.ctrlKey || event.metaKey)),
    )
    try {
      const webgl = new WebglAddon()
      webgl.onContextLoss(() => webgl.dispose())
      terminal.loadAddon(webgl)
    } catch {
      // No WebGL here: the DOM renderer stays.
    }
    this.#observer = new ResizeObserver(() => {
      cancelAnimationFrame(this.#fitTimer)
      this.#fitTimer = requestAnimationFrame(() => this.fit())
    })
    this.#observer.observe(host)
    this.fit()
  }

  get size(): { cols: number; rows: number } {
    return { cols: this.#terminal.cols, rows: this.#terminal.rows }
  }

  /** Keys and pastes as text. */
  onText(listener: (text: string) => void): void {
    this.#terminal.onData(listener)
  }

  /** Mouse reports of old protocols: bytes, not text. */
  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#terminal.onBinary((data) => listener(Uint8Array.from(data, (char) => char.charCodeAt(0))))
  }

  onResize(listener: (cols: number, rows: number) => void): void {
    this.#terminal.onResize(({ cols, rows }) => listener(cols, rows))
  }

  write(data: string | Uint8Array, done?: () => void): void {
    this.#terminal.write(data, done)
  }

  reset(): void {
    this.#terminal.reset()
  }

  focus(): void {
    this.#terminal.focus()
  }

  fit(): void {
    const proposed = this.#fit.proposeDimensions()
    if (proposed && proposed.cols >= 2 && proposed.rows >= 1) this.#fit.fit()
  }

  find(text: string, direction: 'next' | 'previous'): boolean {
    const options = {
      decorations: { matchOverviewRuler: '#888888', activeMatchColorOverviewRuler: '#cc8800' },
    }
    return direction === 'next'
      ? this.#search.findNext(text, options)
      : this.#search.findPrevious(text, options)
  }

  clearFind(): void {
    this.#search.clearDecorations()
  }

  setTheme(): void {
    this.#terminal.options.theme = theme()
  }

  setScreenReader(on: boolean): void {
    this.#terminal.options.screenReaderMode = on
  }

  [Symbol.dispose](): void {
    this.#observer.disconnect()
    cancelAnimationFrame(this.#fitTimer)
    this.#terminal.dispose()
  }
}

/** What a container prints is not to be trusted: only web addresses open, and the page they open learns nothing of this one. */
export function openLink(uri: string): void {
  if (isWebAddress(uri)) window.open(uri, '_blank', 'noopener,noreferrer')
}

export function isWebAddress(uri: string): boolean {
  return URL.canParse(uri) && ['http:', 'https:'].includes(new URL(uri).protocol)
}

function theme(): ITheme {
  const base = {
    background: tokenColor('--sunken'),
    foreground: tokenColor('--text'),
    cursor: tokenColor('--accent'),
    cursorAccent: tokenColor('--sunken'),
    selectionBackground: tokenColor('--line-strong'),
  }
  return isDark()
    ? {
        ...base,
        black: '#1d252a',
        red: '#f08d7e',
        green: '#7fd39a',
        yellow: '#e5b45c',
        blue: '#82b4f0',
        magenta: '#cf9fe0',
        cyan: '#5fc4c9',
        white: '#d5dcdf',
        brightBlack: '#7c8c94',
        brightRed: '#ffa99c',
        brightGreen: '#9be5b2',
        brightYellow: '#f3cc83',
        brightBlue: '#a5ccfb',
        brightMagenta: '#e2bcf0',
        brightCyan: '#8adfe2',
        brightWhite: '#ffffff',
      }
    : {
        ...base,
        black: '#172226',
        red: '#b3372a',
        green: '#1b7340',
        yellow: '#8a5a00',
        blue: '#1d5fa8',
        magenta: '#86358f',
        cyan: '#0b6570',
        white: '#6a7a80',
        brightBlack: '#55666c',
        brightRed: '#c8452f',
        brightGreen: '#22874c',
        brightYellow: '#9a6a0c',
        brightBlue: '#2a72c2',
        brightMagenta: '#9c48a5',
        brightCyan: '#0f7883',
        brightWhite: '#4a5a60',
      }
}
