import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hostArch } from '../../sandbox-images/recipe.ts'
import { inBerth, testBerthHost } from '../../test/berths.ts'
import { agent } from '../agent/client.ts'
import { WORKSPACE_DIR } from '../agent/protocol.ts'
import type { Berth, BerthHost } from './port.ts'
import { pullImage } from './pull-image.ts'

// A real engine and a registry on its own loopback: a berth has no other network.
const REGISTRY = '127.0.0.1:5000'
const WAITS = { answerMs: 2_000, silenceMs: 2_000 }
let host: BerthHost
let berth: Berth
let digest: string

beforeAll(async () => {
  host = await testBerthHost()
  berth = await host.open()
  const sync = await agent.openSync(berth.agentSocket, WORKSPACE_DIR)
  const program = await readFile(join(import.meta.dirname, 'pull-image.registry.py'), 'utf8')
  await sync.write('registry.py', program, 0o644)
  sync.close()
  const start = `setsid python3 registry.py ${hostArch()} >said 2>&1 & until grep -q sha256 said; do sleep 0.1; done; cat said`
  digest = (await inBerth(berth, start)).text.trim()
})
afterAll(() => host?.[Symbol.asyncDispose]())

const pull = (name: string, signal?: AbortSignal) => {
  const said: string[] = []
  const result = pullImage(berth.engineSocket, name, (text) => said.push(text), signal, WAITS)
  return { said, result }
}

test('a registry that never answers is given up in time', async () => {
  expect(await pull(`${REGISTRY}/late:1`).result).toEqual({ refused: 'no registry answered within 2 s' })
}, 6_000)

// Before the layer is there: it would not be fetched again.
test('a transfer that stands still is given up in time', async () => {
  expect(await pull(`${REGISTRY}/stuck:1`).result).toEqual({ refused: 'nothing more came for 2 s' })
}, 8_000)

test('a pulled image is known by the digest of its manifest; its bytes are shown', async () => {
  const { said, result } = pull(`${REGISTRY}/small:1`)
  expect(await result).toEqual({ digest: `${REGISTRY}/small@${digest}` })
  expect(said.join('\n')).toMatch(/of 3\.0 MB/)
})

test.each([
  ['an image that the registry does not have', `${REGISTRY}/none:1`, /manifest unknown|not found/],
  ['nobody listens', '127.0.0.1:5001/small:1', /connection refused/],
  ['no network', 'small:1', /lookup|dial|network/],
])(
  '%s: refused with the engine’s words',
  async (_, name, words) => {
    expect(await pull(name).result).toEqual({ refused: expect.stringMatching(words) })
  },
  6_000,
)

test('an abort is the caller’s own', async () => {
  await expect(pull(`${REGISTRY}/late:1`, AbortSignal.timeout(300)).result).rejects.toThrow(/timeout/i)
}, 3_000)
