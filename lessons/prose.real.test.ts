import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runInBerth } from '../backend/agent/client.ts'
import type { BerthHost } from '../backend/berth/port.ts'
import { openRegistry } from '../backend/registry/registry.ts'
import type { WorkspaceFiles } from '../backend/workspace/files.ts'
import { testBerthHost } from '../test/berths.ts'
import { loadLessons, loadSolutions, loadStarter } from './format/load.ts'

/**
 * What the prose prints is what the learner sees: every `sh run` fence of a lesson, typed in order into one shell of a berth; where the
 * repair is built, an accepted solution takes the starter's place.
 */
let host: BerthHost
beforeAll(async () => {
  host = await testBerthHost()
})
afterAll(() => host[Symbol.asyncDispose]())

const TOKEN = 'c0ffee5eed0123456789abcdef012345'

describe.each(await loadLessons())('$id', (lesson) => {
  test('prints what the prose says', async () => {
    const steps = stepsOf(await readFile(join(lesson.dir, 'en.md'), 'utf8'))
    const solution = (await loadSolutions(lesson))[0]
    if (!solution) throw new Error(`${lesson.id} has no solution`)
    await using berth = await host.open()
    await using _registry = await openRegistry({
      socketPath: join(berth.servicesDir, 'registry.sock'),
      token: TOKEN,
    })

    let repaired = false
    const script = [...put(await loadStarter(lesson))]
    steps.forEach(({ section, code }, index) => {
      if (section === 'Repair it' && !repaired && code.includes('docker build')) {
        script.push(...put(solution.files))
        repaired = true
      }
      script.push(`echo '@@fence ${index}'`, code)
    })
    const { stdout } = await runInBerth(
      berth.agentSocket,
      ['bash', '-lc', `exec 2>&1\n${script.join('\n')}\n`],
      { env: { NPM_TOKEN: TOKEN }, timeoutSeconds: 170 },
    )
    const outputs = stdout.split(/^@@fence \d+\n/m).slice(1)

    expect(outputs).toHaveLength(steps.length)
    steps.forEach(({ code, prints }, index) => {
      for (const line of prints) expect(outputs[index], code).toMatch(pattern(line))
    })
    const quiet = steps.findIndex(({ silent }) => silent)
    if (quiet >= 0) expect(outputs[quiet]?.trim(), steps[quiet]?.code).toBe('')
  })
})

interface Step {
  section: string
  code: string
  /** The lines of the `text` fence that follows. */
  prints: string[]
  /** The prose says that nothing is printed. */
  silent: boolean
}

function stepsOf(markdown: string): Step[] {
  const steps: Step[] = []
  for (const part of markdown.split(/^## /m)) {
    const section = part.slice(0, part.indexOf('\n'))
    for (const [, code, prints = '', after = ''] of part.matchAll(
      /^```sh run\n(.*?)\n```\n\n(?:```text\n(.*?)\n```|(.*?)$)/gms,
    ))
      steps.push({
        section,
        code: code!,
        prints: prints.split('\n').filter((line) => line !== '' && line !== '…'),
        silent: /^No line of output/.test(after),
      })
  }
  return steps
}

/** `…` stands for anything; a date and the berth's first uid are another each time. */
function pattern(line: string): RegExp {
  const source = line
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('…', '.*')
    .replace(/[A-Z][a-z]{2} \d+ \d\d:\d\d/, '[A-Z][a-z]{2} +\\d+ \\d\\d:\\d\\d')
    .replace(/^( +0) +\d+( +65536)$/, '$1 +[1-9]\\d+$2')
  return new RegExp(`^${source}$`, 'm')
}

/** Shell lines that write these files into the workspace's folder. */
function put(files: WorkspaceFiles): string[] {
  return [...files]
    .filter(([, { kind }]) => !kind)
    .map(([path, { content }]) => `echo ${content.toString('base64')} | base64 -d > ${path}`)
}
