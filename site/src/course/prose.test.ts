import { createHighlighter } from 'shiki'
import { beforeAll, expect, test } from 'vitest'
import { translator } from '../i18n/catalog.ts'
import { CODE_LANGUAGES, type ProseOptions, renderProse, slug } from './prose.ts'

let options: ProseOptions
beforeAll(async () => {
  const highlighter = await createHighlighter({
    themes: ['github-light-high-contrast', 'github-dark-default'],
    langs: [...CODE_LANGUAGES],
  })
  const pictures = { 'a.svg': '<?xml version="1.0"?>\n<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>' }
  options = { pictures, highlighter: highlighter as never, t: translator('en') }
})

test('only a fence that says run gets the button that runs it; code can be copied, output cannot', () => {
  const html = renderProse('```sh run\nwhoami\n```\n\n```sh\nrm -rf /\n```\n\n```\nroot\n```\n', options)
  expect(html.match(/data-code="run"/g)).toHaveLength(1)
  expect(html.match(/data-code="copy"/g)).toHaveLength(2)
  expect(html.indexOf('data-code="run"')).toBeLessThan(html.indexOf('whoami'))
})

test('code is text, whatever it contains, in a language that is known or not', () => {
  const html = renderProse('```klingon\n<script>alert(1)</script>\n```\n', options)
  expect(html).not.toContain('<script>')
  expect(html).toContain('&#x3C;script>')
})

test('a picture of the lesson stands in line with its alternative text; one that is missing is an error', () => {
  const html = renderProse('![A "line"](./a.svg)', options)
  expect(html).toContain('<figure class="picture"><svg role="img" aria-label="A &quot;line&quot;" viewBox')
  expect(html).not.toContain('<?xml')
  expect(html).not.toContain('<p><figure')
  expect(() => renderProse('![x](b.svg)', options)).toThrow('b.svg')
})

test('a note says its kind in words, a quotation stays a quotation', () => {
  const html = renderProse('> [!WARNING]\n> Hot **iron**.\n\n> just said', options)
  expect(html).toContain('<p class="note-name">Careful</p><p>Hot <strong>iron</strong>.</p>')
  expect(html).toContain('<blockquote><p>just said</p>')
})

test('headings of any script have fragments', () => {
  expect(slug('See it break!')).toBe('see-it-break')
  expect(slug('破ってみる（1）')).toBe('破ってみる-1')
})

test('links to elsewhere open elsewhere and tell nothing of this page', () => {
  expect(renderProse('[a](https://example.org) [b](/en/)', options)).toMatch(
    /example\.org" target="_blank" rel="noopener".*href="\/en\/">/s,
  )
})
