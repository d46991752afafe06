import { Marked, type Token, type Tokens } from 'marked'
import { LANGUAGES, type Language } from '../../backend/protocol/language.ts'

/** Files that a lesson may ask the learner to make (the workspace's conventions). */
const LEARNERS_OWN = new Set(['proxy.sh', '.dockerignore'])

/** A lesson's prose with what it speaks about: `starter` and `pictures` are the texts of the files by name. */
export interface LessonProse {
  texts: Partial<Record<Language, string>>
  starter: ReadonlyMap<string, string>
  /** The SVG files of the lesson's folder. */
  pictures: ReadonlyMap<string, string>
}

/** A lesson's sections, in this order: what a learner learns to expect. */
export const SECTIONS: Record<Language, string[]> = {
  en: [
    'See it break',
    'Why',
    'Repair it',
    'Prove it',
    'Where this bites in production',
    'Recap',
    'Further reading',
  ],
  ja: [
    '破ってみる',
    'なぜそうなるのか',
    '直す',
    '証明する',
    '本番ではここに効いてくる',
    'まとめ',
    'さらに詳しく',
  ],
}

/** Fences that the page colours. `sh run` is typed into the learner's terminal at a click. */
const FENCES = ['sh run', 'text', 'dockerfile', 'yaml', 'json', 'js']

/** Every way in which the prose disagrees with itself, its translation or its starter; one sentence each. */
export function proseProblems(prose: LessonProse): string[] {
  const problems: string[] = []
  const read = new Map<Language, Reading>()
  for (const language of LANGUAGES) {
    const text = prose.texts[language]
    if (text === undefined) problems.push(`${language}.md is missing`)
    else {
      const reading = readMarkdown(text)
      read.set(language, reading)
      problems.push(...alone(language, reading, prose).map((problem) => `${language}.md: ${problem}`))
    }
  }
  const [first, ...others] = [...read]
  for (const other of others) if (first) problems.push(...differences(first, other, prose))
  return problems
}

interface Reading {
  headings: { depth: number; text: string }[]
  fences: { info: string; code: string }[]
  images: { href: string; alt: string }[]
  links: string[]
  codespans: string[]
  /** The rendered words, without code. */
  words: string
  /** What the blocks are, in order: `heading 2`, `paragraph`, `table`, … */
  shape: string[]
}

function readMarkdown(text: string): Reading {
  const marked = new Marked({ gfm: true })
  const tokens = marked.lexer(text)
  const reading: Reading = {
    headings: [],
    fences: [],
    images: [],
    links: [],
    codespans: [],
    words: '',
    shape: [],
  }
  reading.shape = tokens
    .filter((token) => token.type !== 'space')
    .map((token) => (token.type === 'heading' ? `heading ${token.depth}` : token.type))
  marked.walkTokens(tokens, (token: Token) => {
    if (token.type === 'heading') reading.headings.push({ depth: token.depth, text: token.text })
    if (token.type === 'code')
      reading.fences.push({ info: (token as Tokens.Code).lang ?? '', code: token.text })
    if (token.type === 'image') reading.images.push({ href: token.href, alt: token.text })
    if (token.type === 'link') reading.links.push(token.href)
    if (token.type === 'codespan') reading.codespans.push(token.text)
    const leaf = token.type === 'text' && !('tokens' in token && token.tokens)
    if (leaf) reading.words += `${token.text}\n`
  })
  return reading
}

function alone(language: Language, reading: Reading, { starter, pictures }: LessonProse): string[] {
  const problems: string[] = []
  const sections = reading.headings.filter(({ depth }) => depth === 2).map(({ text }) => text)
  if (sections.join('|') !== SECTIONS[language].join('|'))
    problems.push(`the sections are ${sections.join(', ')}, not ${SECTIONS[language].join(', ')}`)
  if (reading.headings.some(({ depth }) => depth === 1))
    problems.push('a heading of the first level: the title comes from lesson.yaml')
  for (const { info } of reading.fences)
    if (!FENCES.includes(info)) problems.push(`a fence is marked "${info}", not one of ${FENCES.join(', ')}`)
  // In Japanese a ** beside a bracket or a full stop does not open or close, and stays on the page.
  if (/\*\*|(^|[^\p{L}\p{N}])_[^_\n]+_/u.test(reading.words))
    problems.push(
      `emphasis is left unrendered: ${/[^\n]*\*\*[^\n]*/.exec(reading.words)?.[0] ?? 'an underscore'}`,
    )
  if (language === 'ja' && /コンテナー|レイヤ(?!ー)|サーバ(?!ー)/.test(reading.words))
    problems.push('コンテナ, レイヤー and サーバー are written so')
  for (const { href, alt } of reading.images) {
    const svg = pictures.get(href)
    if (svg === undefined) problems.push(`the picture ${href} does not exist`)
    else if (!/<title[ >]/.test(svg) || !/<desc[ >]/.test(svg))
      problems.push(`${href} has no <title> or no <desc>`)
    if (alt.length < 20) problems.push(`${href} has no text that could stand for it`)
    if (!href.endsWith(`.${language}.svg`)) problems.push(`${href} is not the picture for "${language}"`)
  }
  for (const href of reading.links)
    if (!/^https?:|^#/.test(href)) problems.push(`the link ${href} leads to nothing that the page has`)
  for (const name of reading.codespans)
    if (isFileName(name) && !starter.has(name) && !LEARNERS_OWN.has(name))
      problems.push(`\`${name}\` is not a file of the starter`)
  problems.push(...commandProblems(reading, starter))
  return problems
}

/** `Dockerfile`, `run.sh`, `.npmrc`: names that in a lesson can only mean a file of the workspace. */
function isFileName(text: string): boolean {
  return /^(Dockerfile|\.\w+(rc|ignore)|[\w-]+\.(js|json|sh|yaml))$/.test(text)
}

/** What the commands to be run say about images, containers, ports and files, held against `run.sh` and the starter. */
function commandProblems(reading: Reading, starter: LessonProse['starter']): string[] {
  const problems: string[] = []
  const run = starter.get('run.sh') ?? ''
  const code = reading.fences
    .filter(({ info }) => info === 'sh run')
    .map(({ code }) => code)
    .join('\n')
  const all = (pattern: RegExp, text = code) => [...text.matchAll(pattern)].map((match) => match[1]!)
  const containers = all(/--name[ =](\S+)/g, run)
  const images = [...all(/\s-t (\S+)/g), ...all(/^FROM (\S+)/gm, starter.get('Dockerfile') ?? '')]
  const published = all(/-p (?:[\d.]+:)?(\d+):\d+/g, run)
  for (const name of all(/docker (?:exec|logs|top|rm -f) (\S+)/g))
    if (!containers.includes(name)) problems.push(`run.sh names no container ${name}`)
  for (const image of all(/docker (?:save|rmi) (\S+)/g))
    if (!images.includes(image)) problems.push(`no command builds the image ${image}`)
  for (const port of all(/localhost:(\d+)/g))
    if (!published.includes(port)) problems.push(`run.sh does not publish port ${port}`)
  for (const file of all(/^sh (\S+)/gm))
    if (!starter.has(file)) problems.push(`${file} is not in the starter`)
  return problems
}

function differences(
  [one, a]: [Language, Reading],
  [two, b]: [Language, Reading],
  { pictures }: LessonProse,
): string[] {
  const problems: string[] = []
  const both = `${one}.md and ${two}.md`
  if (a.shape.join() !== b.shape.join()) {
    const at = a.shape.findIndex((kind, index) => kind !== b.shape[index])
    problems.push(`${both} part at block ${at + 1}: ${a.shape[at]} and ${b.shape[at]}`)
  }
  for (let index = 0; index < Math.max(a.fences.length, b.fences.length); index++) {
    const [left, right] = [a.fences[index], b.fences[index]]
    if (left?.info !== right?.info || left?.code !== right?.code)
      problems.push(`${both} have different code in fence ${index + 1}`)
  }
  a.images.forEach(({ href }, index) => {
    const shapes = [href, b.images[index]?.href ?? ''].map((name) => outline(pictures.get(name) ?? ''))
    if (shapes[0] !== shapes[1]) problems.push(`${href} and ${b.images[index]?.href} draw different things`)
  })
  return problems
}

/** A picture without its words. */
function outline(svg: string): string {
  return svg.replaceAll(/>[^<]*</g, '><').replaceAll(/ (lang|id|aria-labelledby|class)="[^"]*"/g, '')
}
