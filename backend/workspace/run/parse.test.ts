import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DrydockError } from '../../errors.ts'
import { FLAGS } from './flag-table.ts'
import { lessonRun, parseRunCommand } from './parse.ts'

const files = new Map([
  ['.env', { content: Buffer.from('A=1\n') }],
  ['bad.env', { content: Buffer.from('two words=1\n') }],
  ['server.js', { content: Buffer.from('') }],
])
const parse = (text: string) => parseRunCommand(text, lessonRun(files))

/** The error's code, line and the vars that choose its words. */
function fault(text: string): string {
  try {
    parse(text)
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error
    const { line, reason, expected, what, suggestion, operator } = error.vars
    return [error.code, line, reason ?? what ?? suggestion ?? operator ?? expected]
      .filter((part) => part !== undefined)
      .join(' ')
  }
  return 'fine'
}

test('a whole run.sh', () => {
  const text = [
    '#!/bin/sh',
    '# The order desk.',
    'set -e',
    'cd "$(dirname "$0")"',
    'exec docker run -dp 127.0.0.1:8080:80 --rm \\',
    '  --user "$(id -u):$(id -g)" \\',
    '  --env-file .env -v "$PWD"/data:/data \\',
    '  --read-only --tmpfs /tmp web node server.js # as shipped',
    '',
  ].join('\n')
  const run = parse(text)
  expect(run.spec).toEqual({
    image: 'web',
    ports: [{ container: 80, protocol: 'tcp', host: 8080, hostIp: '127.0.0.1' }],
    autoRemove: true,
    user: '1000:1000',
    env: ['A=1'],
    binds: ['/home/learner/work/data:/data'],
    readOnly: true,
    tmpfs: { '/tmp': '' },
    command: ['node', 'server.js'],
  })
  expect(run).toMatchObject({ detach: true, image: 'web', command: ['node', 'server.js'], line: 5 })
  expect(run.flags.find((flag) => flag.name === 'user')).toEqual({
    name: 'user',
    value: '1000:1000',
    line: 6,
    written: '--user',
  })
})

test('the image by docker’s other names for it, and nothing else', () => {
  for (const name of ['web:latest', 'library/web', 'docker.io/library/web:latest'])
    expect(fault(`docker run ${name}`)).toBe('fine')
  for (const name of ['web:1', 'other/web', 'Web', 'web@sha256:0', '""']) {
    expect(fault(`docker run ${name}`)).toBe('DD_RUN_IMAGE 1 web')
  }
})

test('sources that begin with a dot are the workspace’s, as with docker since 23', () => {
  expect(parse('docker run -v .:/a -v ./x/../y:/b:ro web').spec.binds).toEqual([
    '/home/learner/work:/a',
    '/home/learner/work/y:/b:ro',
  ])
  expect(parse('docker run --mount type=bind,source=./x,target=/x web').spec.mounts).toEqual([
    { type: 'bind', source: '/home/learner/work/x', target: '/x' },
  ])
})

test.each([
  ['', 'DD_RUN_MISSING'],
  ['#!/bin/sh\n# docker run web\n', 'DD_RUN_MISSING'],
  ['docker run', 'DD_RUN_IMAGE 1 web'],
  ['docker run -d \\\n --rm nginx', 'DD_RUN_IMAGE 2 web'],
  ['docker run web\n\ndocker run web', 'DD_RUN_TWICE 3'],
  ['\nsudo docker run web', 'DD_RUN_COMMAND 2 sudo'],
  ['NAME=web\ndocker run web', 'DD_RUN_COMMAND 1 assignment'],
  ['docker -H unix:///x run web', 'DD_RUN_COMMAND 1 global'],
  ['docker build .\ndocker run web', 'DD_RUN_COMMAND 1 other'],
  ['node server.js', 'DD_RUN_COMMAND 1 other'],
  ['if true\nthen docker run web\nfi', 'DD_RUN_COMMAND 1 other'],
  ['docker run -d web\n  -p 80', 'DD_RUN_COMMAND 2 continuation'],
  ['docker run web && echo', 'DD_RUN_OPERATOR 1 &&'],
  ['docker run web || true', 'DD_RUN_OPERATOR 1 ||'],
  ['docker run web | cat', 'DD_RUN_OPERATOR 1 |'],
  ['docker run web;', 'DD_RUN_OPERATOR 1 ;'],
  ['docker run web &', 'DD_RUN_OPERATOR 1 &'],
  ['docker run web > log', 'DD_RUN_OPERATOR 1 >'],
  ['docker run web 2>&1', 'DD_RUN_OPERATOR 1 2>&'],
  ['docker run web <<EOF\nEOF', 'DD_RUN_OPERATOR 1 <<'],
  ['(docker run web)', 'DD_RUN_OPERATOR 1 ('],
  ['docker run -e X=$HOME web', 'DD_RUN_EXPANSION 1'],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
  ['docker run -e "X=${X:-1}" web', 'DD_RUN_EXPANSION 1'],
  ['docker run -e X=$(cat x) web', 'DD_RUN_EXPANSION 1'],
  ['docker run -e X=`cat x` web', 'DD_RUN_EXPANSION 1'],
  ["docker run -e $'X=1' web", 'DD_RUN_EXPANSION 1'],
  ['docker run -v ~/x:/x web', 'DD_RUN_EXPANSION 1'],
  ['docker run -v x~/x:/x web', 'DD_RUN_FLAG_VALUE 1 volume'],
  ['docker run ~/x web', 'DD_RUN_EXPANSION 1'],
  ['docker run web node *.js', 'DD_RUN_EXPANSION 1'],
  ['docker run web node *.py "*.js"', 'fine'],
  ['\n\ndocker run "web', 'DD_RUN_QUOTE 3 quote'],
  ["docker run 'web", 'DD_RUN_QUOTE 1 quote'],
  ['set -e\r\ndocker run web\r\n', 'DD_RUN_QUOTE 1 crlf'],
  ['docker run \\\r\n web', 'DD_RUN_QUOTE 1 crlf'],
  ['docker run we\0b', 'DD_RUN_QUOTE 1 character'],
  ['docker run \\\n --raed-only web', 'DD_RUN_FLAG_UNKNOWN 2 --read-only'],
  ['docker run --secret x web', 'DD_RUN_FLAG_UNKNOWN 1 none'],
  ['docker run -name web web', 'DD_RUN_FLAG_UNKNOWN 1 --name'],
  ['docker run --constructor web', 'DD_RUN_FLAG_UNKNOWN 1 none'],
  ['docker run --gpus all web', 'DD_RUN_FLAG_REFUSED 1 unsupported'],
  ['docker run --help', 'DD_RUN_FLAG_REFUSED 1 help'],
  ['docker run -d -p', 'DD_RUN_FLAG_VALUE 1 nothing'],
  ['docker run --env-file nowhere web', 'DD_RUN_FLAG_VALUE 1 file'],
  ['docker run --env-file bad.env web', 'DD_RUN_FLAG_VALUE 1 file'],
  ['docker run --env-file ../.env web', 'DD_RUN_FLAG_VALUE 1 file'],
  ['docker run --cap-add NET_BIND_SERVICE,CHOWN web', 'DD_RUN_FLAG_VALUE 1 capability'],
  ['docker run --rm --restart=always web', 'DD_RUN_FLAG_VALUE 1 conflict'],
  ['docker run --network a --network b web', 'DD_RUN_FLAG_VALUE 1 network'],
])('%j: %s', (text, expected) => {
  expect(fault(text)).toBe(expected)
})

test('every text ends, and only a coded error is ever thrown', () => {
  const piece = fc.oneof(
    fc.constantFrom(...Object.keys(FLAGS).map((name) => `--${name}`)),
    fc.constantFrom(
      'docker',
      'run',
      'web',
      '\n',
      '\\\n',
      '"',
      "'",
      '$',
      '$(',
      ')',
      '`',
      '${',
      '\\',
      '*',
      '?',
      '=',
      ':',
      ',',
      '/',
      '-',
      '--',
    ),
    fc.constantFrom(
      '-dit',
      '-p',
      '8080:80',
      'type=bind',
      'a=b',
      '1g',
      '0.5',
      '1h1m',
      '__proto__',
      'constructor',
      '[::1]:',
    ),
    fc.string({ unit: 'binary', maxLength: 6 }),
  )
  const script = fc.tuple(
    fc.constantFrom('', 'docker run ', 'docker run -d '),
    fc.array(fc.tuple(piece, fc.constantFrom(' ', '', '=')), { maxLength: 30 }),
    fc.constantFrom('', ' web'),
  )
  fc.assert(
    fc.property(script, ([start, pieces, end]) => {
      try {
        parse(start + pieces.flat().join('') + end)
      } catch (error) {
        if (!(error instanceof DrydockError) || !error.code.startsWith('DD_RUN_')) throw error
        error.explain('en')
        error.explain('ja')
      }
    }),
    { numRuns: 300 },
  )
}, 20_000)

test.each([
  ['quotes', `docker run ${'"a" '.repeat(50_000)} web`],
  ['one long word of stars', `docker run web ${'*a'.repeat(50_000)}`],
  ['open parentheses', `docker run ${'$('.repeat(50_000)}`],
  ['continuations', `docker run ${'\\\n'.repeat(50_000)} web`],
  ['a long duration', `docker run --health-interval ${'1h'.repeat(50_000)} web`],
  ['commas', `docker run --mount ${','.repeat(50_000)} web`],
  ['commas and quotes', `docker run --mount '${'"",'.repeat(50_000)}' web`],
  ['an unknown flag', `docker run --${'x'.repeat(200_000)} web`],
  ['digits', `docker run -p ${'1'.repeat(200_000)} --memory ${'1'.repeat(200_000)} web`],
  ['dollars', `docker run ${'$'.repeat(200_000)} web`],
  ['tildes', `docker run ${'~ '.repeat(50_000)} web`],
])('a large input of %s takes no time', (_, text) => {
  const started = performance.now()
  fault(text)
  expect(performance.now() - started).toBeLessThan(1000)
})
