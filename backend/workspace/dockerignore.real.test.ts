import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { extract } from 'tar-stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { IGNORE_CASES, IGNORE_WORKSPACE } from './dockerignore.cases.ts'

// The table that the unit test holds the code to is held to the real thing here. DRYDOCK_TEST_ENGINE is an engine's socket.
const engine = process.env.DRYDOCK_TEST_ENGINE
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drydock-ignore-'))
  for (const path of IGNORE_WORKSPACE) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), path)
  }
  await writeFile(join(dir, 'Dockerfile'), 'FROM scratch\nCOPY . /\n')
})
afterAll(() => rm(dir, { recursive: true }))

// Docker before 23 took "+", "(" and ")" for parts of a regular expression. Ours is what Docker does now.
const CASES = IGNORE_CASES.filter(({ text }) => !/[+()]/.test(text))

test.skipIf(!engine).each(CASES)(
  'docker build leaves out what the table says: $text',
  async ({ text, ignored }) => {
    await writeFile(join(dir, '.dockerignore'), text)
    const env = { ...process.env, DOCKER_BUILDKIT: '1' }
    const argv = ['-H', `unix://${engine}`, 'build', '--quiet', '--output', 'type=tar,dest=-', dir]
    const tar = execFileSync('/usr/bin/docker', argv, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const sent = new Set<string>()
    const entries = extract()
    Readable.from([tar]).pipe(entries)
    for await (const entry of entries) {
      sent.add(entry.header.name)
      entry.resume()
    }
    expect(IGNORE_WORKSPACE.filter((path) => !sent.has(path)).sort()).toEqual([...ignored].sort())
  },
)
