import { describe, expect, it } from 'vitest'
import { packageFiles, type RegistryLog } from '../../registry/registry.ts'
import { type Recorded, recordedSubject } from '../subject.fixture.ts'
import { secretUsed } from './secret-used.ts'

const about = { id: 'g', title: { en: 'T', ja: 'T' }, hint: { en: 'H', ja: 'H' } }
const goal = { ...about, kind: 'secret-used', package: '@orders/pricing' } as const
const nonce = 'a1'.repeat(16)
const tarball = {
  method: 'GET',
  path: `/@orders/pricing/-/pricing-1.0.0-${nonce}.tgz`,
  status: 200,
  authorized: true,
}
const log = (requests: (typeof tarball)[]): RegistryLog => ({
  nonce,
  requests: () => requests,
  receipts: () => (requests.some(({ authorized }) => authorized) ? [nonce] : []),
})
const installed = (receipt: string) =>
  Object.fromEntries(
    [...packageFiles(receipt)].map(([name, content]) => [
      `/app/node_modules/@orders/pricing/${name}`,
      content,
    ]),
  )
const judge = (recorded: Recorded) => secretUsed.evaluate(goal, recordedSubject(recorded))

describe('secret-used', () => {
  it('passes for what the registry gave to this token', async () => {
    expect((await judge({ registry: log([tarball]), tree: installed(nonce) })).status).toBe('passed')
  })

  it('finds the package in a parent of the script’s folder', async () => {
    const processes = [{ command: 'node src/server.js', ports: [8080] }]
    expect((await judge({ registry: log([tarball]), tree: installed(nonce), processes })).status).toBe(
      'passed',
    )
  })

  it('refuses a package that the registry never gave out', async () => {
    expect((await judge({ registry: log([]), tree: installed('b2'.repeat(16)) })).status).toBe('failed')
  })

  it('refuses one file of another make beside a real fetch', async () => {
    const tree = {
      ...installed(nonce),
      '/app/node_modules/@orders/pricing/index.js': Buffer.from(`// ${nonce}\nmodule.exports = {}`),
    }
    const verdict = await judge({ registry: log([tarball]), tree })
    expect(verdict.observed[0].en).toContain('put in its place')
  })

  it('refuses the right files without this build’s token', async () => {
    const registry = { ...log([{ ...tarball, status: 401, authorized: false }]), receipts: () => [nonce] }
    const verdict = await judge({ registry, tree: installed(nonce) })
    expect(verdict.observed[0].en).toContain('refused')
  })

  it('is skipped where no build can reach the registry', async () => {
    expect((await judge({})).status).toBe('skipped')
  })
})
