import { afterAll, beforeAll, expect, test } from 'vitest'
import { testBerthHost } from '../../test/berths.ts'
import { agent, runInBerth } from '../agent/client.ts'
import type { AgentSync } from '../agent/port.ts'
import { WORKSPACE_DIR } from '../agent/protocol.ts'
import type { Berth, BerthHost } from '../berth/port.ts'
import { IGNORE_CASES, IGNORE_WORKSPACE } from './dockerignore.cases.ts'

// The table that the unit test holds the code to is held to the real thing here.
let host: BerthHost
let berth: Berth
let sync: AgentSync

beforeAll(async () => {
  host = await testBerthHost()
  berth = await host.open()
  sync = await agent.openSync(berth.agentSocket, WORKSPACE_DIR)
  for (const path of IGNORE_WORKSPACE) await sync.write(path, path, 0o644)
  await sync.write('Dockerfile', 'FROM scratch\nCOPY . /\n', 0o644)
})
afterAll(async () => {
  sync?.close()
  await host?.[Symbol.asyncDispose]()
})

// Docker before 23 took "+", "(" and ")" for parts of a regular expression. Ours is what Docker does now.
const CASES = IGNORE_CASES.filter(({ text }) => !/[+()]/.test(text))

test.each(CASES)('docker build leaves out what the table says: $text', async ({ text, ignored }) => {
  await sync.write('.dockerignore', text, 0o644)
  const script =
    'set -o pipefail; docker build --quiet --output type=tar,dest=- . | tar --list --quoting-style=literal'
  const { exit, stdout, stderr } = await runInBerth(berth.agentSocket, ['bash', '-c', script], {
    env: { DOCKER_BUILDKIT: '1' },
  })
  expect(exit, stderr).toBe(0)
  const sent = new Set(stdout.split('\n'))
  expect(IGNORE_WORKSPACE.filter((path) => !sent.has(path)).sort()).toEqual([...ignored].sort())
})
