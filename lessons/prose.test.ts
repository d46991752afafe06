import { execFileSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LANGUAGES } from '../backend/protocol/language.ts'
import { loadLessons } from './format/load.ts'
import { type LessonProse, proseProblems } from './format/prose.ts'

const lessons = await Promise.all(
  (await loadLessons()).map(async ({ id, dir }) => ({ id, prose: await proseOf(dir) })),
)

async function proseOf(dir: string): Promise<LessonProse> {
  const texts = async (folder: string, wanted: (name: string) => boolean) =>
    new Map(
      await Promise.all(
        (await readdir(folder))
          .filter(wanted)
          .map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
      ),
    )
  const markdown = await texts(dir, (name) => name.endsWith('.md'))
  return {
    texts: Object.fromEntries(LANGUAGES.map((language) => [language, markdown.get(`${language}.md`)])),
    starter: await texts(join(dir, 'starter'), () => true),
    pictures: await texts(dir, (name) => name.endsWith('.svg')),
  }
}

describe.each(lessons)('$id', ({ prose }) => {
  test('agrees with itself, its translation and its starter', () => {
    expect(proseProblems(prose)).toEqual([])
  })

  test('has a picture and commands to run', () => {
    expect(prose.texts.en).toMatch(/^!\[/m)
    expect(prose.texts.en).toMatch(/^```sh run$/m)
  })

  test('its commands are shell', () => {
    for (const [, code] of (prose.texts.en ?? '').matchAll(/^```sh run\n(.*?)^```$/gms))
      expect(() => execFileSync('sh', ['-n'], { input: code, stdio: ['pipe', 'pipe', 'pipe'] })).not.toThrow()
  })
})

describe('a mistake is seen', () => {
  const whoAmI = lessons.find(({ id }) => id.endsWith('who-am-i'))!.prose
  const change = (part: Partial<LessonProse>) => proseProblems({ ...whoAmI, ...part })
  const inText = (language: 'en' | 'ja', from: string, to: string) => {
    const text = whoAmI.texts[language]!
    expect(text).toContain(from)
    return change({ texts: { ...whoAmI.texts, [language]: text.replace(from, to) } })
  }

  test.each([
    ['no Japanese', () => change({ texts: { en: whoAmI.texts.en } }), /^ja\.md is missing$/],
    ['a section left out', () => inText('ja', '## まとめ\n', ''), /sections are/],
    ['a title', () => inText('en', '## Recap', '# Recap'), /first level/],
    [
      'a paragraph left out',
      () => inText('ja', 'アプリのコードもパスワードファイルも', '- アプリのコードも'),
      /part at block/,
    ],
    ['another command', () => inText('ja', 'docker exec web whoami', 'docker exec web id'), /different code/],
    [
      'another container',
      () => inText('en', 'docker exec web whoami', 'docker exec desk whoami'),
      /container desk/,
    ],
    ['a file that is not there', () => inText('en', '`run.sh`', '`start.sh`'), /`start\.sh` is not a file/],
    [
      'a script that is not there',
      () => inText('en', 'sh run.sh', 'sh go.sh'),
      /go\.sh is not in the starter/,
    ],
    ['a fence that nothing colours', () => inText('en', '```sh run', '```bash'), /marked "bash"/],
    [
      'bold that stays stars',
      () => inText('ja', '**最後のものが有効** です', '**「最後」**が有効です'),
      /unrendered/,
    ],
    ['a picture that is not there', () => change({ pictures: new Map() }), /uid-map\.ja\.svg does not exist/],
    [
      'the other language’s picture',
      () => inText('ja', 'uid-map.ja.svg', 'uid-map.en.svg'),
      /not the picture for "ja"/,
    ],
    ['a relative link', () => inText('en', '`credentials(7)`', '[credentials](../x.md)'), /leads to nothing/],
    [
      'a container that is long',
      () => inText('ja', 'サービスをコンテナに', 'サービスをコンテナーに'),
      /コンテナ/,
    ],
    [
      'pictures that differ',
      () => {
        const pictures = new Map(whoAmI.pictures)
        pictures.set('uid-map.ja.svg', pictures.get('uid-map.ja.svg')!.replace('width="132"', 'width="133"'))
        return change({ pictures })
      },
      /draw different things/,
    ],
  ])('%s', (_, problems, expected) => {
    expect(problems()).toContainEqual(expect.stringMatching(expected))
  })
})
