import { Marked, type Tokens } from 'marked'
import type { HighlighterGeneric } from 'shiki'
import type { Translate } from '../i18n/catalog.ts'

/** The languages that a fence may name; anything else is shown as plain text. */
export const CODE_LANGUAGES = ['sh', 'dockerfile', 'js', 'json', 'yaml', 'console'] as const

export interface ProseOptions {
  /** The lesson's pictures by file name, as SVG source. */
  pictures: Record<string, string>
  highlighter: HighlighterGeneric<never, never>
  t: Translate
}

const ICONS = {
  copy: '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><rect x="9" y="9" width="11" height="11" rx="2"/><path d="M5 15V6a2 2 0 0 1 2-2h9"/></svg>',
  run: '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M5 7l5 5-5 5M13 17h6"/></svg>',
}

/**
 * A lesson's markdown as HTML. Beyond plain markdown: a fence ```` ```sh run ```` gets a button that types it into the
 * terminal, a picture that is an SVG file of the lesson is put in line (so that the page's colours reach it), and
 * `> [!NOTE]` (TIP, IMPORTANT, WARNING, CAUTION) begins a framed note.
 */
export function renderProse(markdown: string, options: ProseOptions): string {
  const { t } = options
  const marked = new Marked({ gfm: true })
  marked.use({
    renderer: {
      code: (token) => codeBlock(token, options),
      image: (token) => picture(token, options.pictures),
      heading(token) {
        const id = slug(token.text)
        return `<h${token.depth} id="${escapeHtml(id)}">${this.parser.parseInline(token.tokens)}</h${token.depth}>\n`
      },
      link(token) {
        const away = /^https?:/.test(token.href) ? ' target="_blank" rel="noopener"' : ''
        return `<a href="${escapeHtml(token.href)}"${away}>${this.parser.parseInline(token.tokens)}</a>`
      },
      table(token) {
        const cells = (row: Tokens.TableCell[], tag: 'td' | 'th') =>
          row
            .map((cell) => {
              // A corner without words is no heading of anything.
              const name = cell.text === '' ? 'td' : tag
              return `<${name}>${this.parser.parseInline(cell.tokens)}</${name}>`
            })
            .join('')
        const body = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')
        // It may be wider than the text: then it scrolls, by keyboard too.
        return `<div class="table" tabindex="0"><table><thead><tr>${cells(token.header, 'th')}</tr></thead><tbody>${body}</tbody></table></div>`
      },
      blockquote(token) {
        const inner = this.parser.parse(token.tokens)
        const kind = /^<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*(<br>)?\s*/.exec(inner)
        if (!kind?.[1]) return `<blockquote>${inner}</blockquote>`
        const name = kind[1].toLowerCase() as 'note' | 'tip' | 'important' | 'warning' | 'caution'
        const rest = inner.slice(kind[0].length)
        const text = rest.startsWith('</p>') ? rest.slice(4) : `<p>${rest}`
        return `<aside class="note ${name}"><p class="note-name">${t(`note.${name}`)}</p>${text}</aside>`
      },
    },
  })
  return (marked.parse(markdown) as string).replaceAll(
    /<p>(<figure class="picture">.*?<\/figure>)<\/p>/gs,
    '$1',
  )
}

function codeBlock(token: Tokens.Code, { highlighter, t }: ProseOptions): string {
  const [name = '', ...flags] = (token.lang ?? '').split(/\s+/)
  const known = (CODE_LANGUAGES as readonly string[]).includes(name) ? name : 'text'
  const html = highlighter.codeToHtml(token.text, {
    lang: known as never,
    // Their comments and keys keep 4.5 : 1 on the page's sunken colour; github-light's do not.
    themes: { light: 'github-light-high-contrast' as never, dark: 'github-dark-default' as never },
    defaultColor: 'light-dark()',
  })
  // What a command prints is there to be read, not to be used: no buttons, and it stands right below its command.
  if (known === 'text') return `<div class="code output">${html}</div>\n`
  const button = (kind: 'copy' | 'run') =>
    `<button type="button" class="button quiet small" data-code="${kind}">${ICONS[kind]}<span>${t(`code.${kind}`)}</span></button>`
  const runs = flags.includes('run')
  const buttons = runs ? button('run') + button('copy') : button('copy')
  const bar = `<div class="code-bar"><span class="code-name">${escapeHtml(name)}</span>${buttons}</div>`
  return `<div class="code${runs ? ' runs' : ''}">${bar}${html}</div>\n`
}

function picture(token: Tokens.Image, pictures: Record<string, string>): string {
  const svg = pictures[token.href.replace(/^\.\//, '')]
  if (svg === undefined) throw new Error(`the picture ${token.href} is not in the lesson's folder`)
  const source = svg.replace(/^\s*<\?xml.*?\?>\s*/s, '').trim()
  const caption = token.title ? `<figcaption>${escapeHtml(token.title)}</figcaption>` : ''
  const named = /aria-label/.test(source.slice(0, source.indexOf('>')))
    ? source
    : source.replace('<svg', `<svg role="img" aria-label="${escapeHtml(token.text)}"`)
  return `<figure class="picture">${named}${caption}</figure>`
}

/** Letters and digits of any script, joined by hyphens: the fragment of a heading. */
export function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
