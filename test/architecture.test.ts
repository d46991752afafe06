import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, test } from 'vitest'
import { ERRORS } from '../backend/protocol/error-table.ts'
import { LANGUAGES } from '../backend/protocol/language.ts'
import { importsOf } from './architecture/imports.ts'
import { violations } from './architecture/rules.ts'

const ROOT = resolve(import.meta.dirname, '..')
const CODE = '{backend,bin,lessons/format,sandbox-images,site}/**/*.{ts,tsx,mts,mjs,js,astro}'
const NOT_CODE = /(^|\/)(node_modules|dist|\.astro)\//
/** More lines than this, and a file has two jobs. Data and tests are not read from top to bottom. */
const MAX_LINES = 300
const DATA = ['backend/protocol/error-table.ts']

const sources = await (async () => {
  const found: { path: string; text: string }[] = []
  for await (const path of glob(CODE, {
    cwd: ROOT,
    exclude: (name) => name === 'node_modules' || name === 'dist' || name === '.astro',
  })) {
    if (!NOT_CODE.test(path)) found.push({ path, text: await readFile(join(ROOT, path), 'utf8') })
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
})()

describe('imports', () => {
  test('keep to the rules', () => {
    expect(violations(sources.map(({ path, text }) => ({ path, imports: importsOf(path, text) })))).toEqual(
      [],
    )
  })

  test('are seen in every form', () => {
    const source = `import a from 'a'; import type { B } from './b.ts'; import './c.ts'; export * from './d.ts'
      export type { E } from './e.ts'; type F = import('./f.ts').F; const g = await import('./g.ts'); require('h')
      const text = "import i from 'i'" // import j from 'j'`
    expect(importsOf('x.ts', source).sort()).toEqual([
      './b.ts',
      './c.ts',
      './d.ts',
      './e.ts',
      './f.ts',
      './g.ts',
      'a',
      'h',
    ])
    expect(
      importsOf('x.astro', `---\nimport K from './k.astro'\n---\n<p/>\n<script>\nimport './l.ts'\n</script>`),
    ).toEqual(['./k.astro', './l.ts'])
  })

  test.each([
    ['backend/protocol/x.ts', 'node:fs', 'pure'],
    ['backend/protocol/x.ts', '../errors.ts', 'pure'],
    ['lessons/format/x.ts', '../../backend/workspace/files.ts', 'pure'],
    ['site/src/x.ts', '../../backend/server/server.ts', 'site'],
    ['site/src/x.ts', '../../lessons/format/load.ts', 'site'],
    ['backend/engine/port.ts', 'dockerode', 'dockerode'],
    ['backend/session/x.ts', 'ws', 'ws and fastify'],
    ['backend/session/x.ts', '@fastify/static', 'ws and fastify'],
    ['backend/check/x.ts', '../session/session.ts', 'main.ts wires'],
    ['backend/session/x.ts', '../server/server.ts', 'main.ts wires'],
    ['backend/workspace/x.ts', '../engine/port.ts', 'know nothing of engines'],
    ['backend/image/x.ts', '../berth/port.ts', 'know nothing of engines'],
    ['backend/session/x.ts', '../berth/launch.ts', 'needs root'],
    ['backend/server/x.ts', '../berth/bake.ts', 'needs root'],
    ['backend/engine/x.ts', '../main.ts', 'nothing imports main.ts'],
  ])('%s may not import %s', (path, target, rule) => {
    expect(violations([{ path, imports: [target] }]).join()).toContain(rule)
  })

  test.each([
    ['backend/main.ts', './session/session.ts'],
    ['backend/engine/docker.ts', 'dockerode'],
    ['backend/server/x.ts', 'fastify'],
    ['backend/session/x.ts', '../berth/port.ts'],
    ['lessons/format/load.ts', 'node:fs'],
    ['site/src/x.ts', '../../backend/protocol/messages.ts'],
  ])('%s may import %s', (path, target) => {
    expect(violations([{ path, imports: [target] }])).toEqual([])
  })
})

test(`no file is longer than ${MAX_LINES} lines`, () => {
  const long = sources.filter(
    ({ path, text }) =>
      text.split('\n').length > MAX_LINES + 1 && !DATA.includes(path) && !path.includes('.test.'),
  )
  expect(long.map(({ path, text }) => `${path}: ${text.split('\n').length - 1}`)).toEqual([])
})

describe('errors', () => {
  const used = sources
    .filter(({ path }) => path !== DATA[0] && !path.includes('.test.'))
    .map(({ text }) => text)

  test('of the table are all used', () => {
    const literal = (code: string) => new RegExp(`['"\`]${code}['"\`]`)
    expect(Object.keys(ERRORS).filter((code) => !used.some((text) => literal(code).test(text)))).toEqual([])
  })

  test('say the same with the same variables in every language', () => {
    for (const text of Object.values(ERRORS).flatMap((entry) => [entry.what, entry.next])) {
      const [first, ...others] = LANGUAGES.map((language) => variablesOf(text[language], language))
      expect(LANGUAGES.every((language) => text[language].trim() !== '')).toBe(true)
      for (const other of others) expect(other, text.en).toEqual(first)
    }
  })
})

test('every lesson is told in every language', async () => {
  for await (const file of glob('lessons/*/*/lesson.yaml', { cwd: ROOT })) {
    for (const language of LANGUAGES)
      expect(existsSync(join(ROOT, file, '..', `${language}.md`)), `${file} in ${language}`).toBe(true)
  }
})

/** The names of the variables in an ICU template, in the branches of its plurals and selects too. */
function variablesOf(template: string, language: string): string[] {
  const names = new Set<string>()
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item)
    else if (typeof value === 'object' && value !== null) {
      const element = value as { type?: number; value?: unknown }
      // 0 is a literal, 7 the `#` of a plural; the others are named after their variable.
      if (typeof element.type === 'number' && element.type !== 0 && typeof element.value === 'string')
        names.add(element.value)
      for (const child of Object.values(value)) walk(child)
    }
  }
  walk(new IntlMessageFormat(template, language, undefined, { ignoreTag: true }).getAst())
  return [...names].sort()
}
