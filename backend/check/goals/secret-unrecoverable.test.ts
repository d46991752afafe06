import { describe, expect, it } from 'vitest'
import { type ImageSpec, inPieces, savedImage } from '../../image/saved-image.fixture.ts'
import { recordedSubject } from '../subject.fixture.ts'
import { secretUnrecoverable } from './secret-unrecoverable.ts'

const goal = {
  id: 'g',
  title: { en: 'T', ja: 'T' },
  hint: { en: 'H', ja: 'H' },
  kind: 'secret-unrecoverable',
} as const
const mount = '--mount=type=secret,id=npm_token'
const dockerfile = `FROM scratch
ARG NPM_TOKEN
RUN echo "$NPM_TOKEN" > /root/.npmrc
RUN ${mount} tr a-z b-za < /run/secrets/npm_token > /kept
ENV TOKEN=$NPM_TOKEN
`
const CANARY = 'npm_0123456789abcdef0123456789abcdef0123'
const WRITE = 'RUN |1 NPM_TOKEN=x /bin/sh -c echo "$NPM_TOKEN" > /root/.npmrc # buildkit'

interface Leftovers {
  other?: ImageSpec
  records?: string[]
  files?: Record<string, string>
}

async function judge(spec: ImageSpec, left: Leftovers = {}) {
  const web = await savedImage(spec)
  const other = left.other && (await savedImage(left.other))
  const subject = recordedSubject({ dockerfile, ...(left.files && { files: left.files }) })
  Object.assign(subject.engine, {
    save: async (id: string) => inPieces(id === 'other' ? other!.bytes : web.bytes),
    listImages: async () => [
      { id: subject.image.id, tags: ['web'] },
      ...(other ? [{ id: 'other', tags: [] }] : []),
    ],
    buildCache: async () =>
      (left.records ?? []).map((description, index) => ({ id: `r${index}`, description, type: 'regular' })),
  })
  return secretUnrecoverable.evaluate(goal, subject)
}

const clean: ImageSpec = { layers: [{ files: [{ name: 'app/server.js', content: 'listen()' }] }] }

describe('secret-unrecoverable', () => {
  it('passes for an image without the token and says what was searched', async () => {
    const verdict = await judge(clean, { records: ['mount / from exec /bin/sh -c npm install'] })
    expect(verdict).toMatchObject({ status: 'passed', observed: [{}, { layers: 1, images: 0, records: 1 }] })
  })

  it('names layer, path and line, and that a later layer hides it', async () => {
    const secret = { files: [{ name: 'root/.npmrc', content: `_authToken=${CANARY}` }], createdBy: WRITE }
    const verdict = await judge({
      layers: [secret, { files: [{ name: 'root/.npmrc', content: 'nothing' }] }],
    })
    expect(verdict).toMatchObject({ status: 'failed', where: { file: 'Dockerfile', line: 3 } })
    expect(verdict.observed[1]).toMatchObject({ path: '/root/.npmrc', encoding: 'plain', gone: 'yes' })
    expect(verdict.evidence[0]).toMatch(
      /^layer 0 .*the whole token, deleted or overwritten by a later layer; made by .*\(Dockerfile:3\)$/,
    )
  })

  it('points at ENV for the config and at ARG for the history', async () => {
    const inConfig = await judge({ ...clean, config: { Env: ['A=b', `TOKEN=${CANARY}`] } })
    expect(inConfig).toMatchObject({
      status: 'failed',
      where: { line: 5 },
      observed: [{}, { pointer: 'config.Env[1]' }],
    })
    const inHistory = await judge({
      layers: [{ ...clean.layers[0]!, createdBy: `RUN |1 NPM_TOKEN=${CANARY} /bin/sh -c true # buildkit` }],
    })
    expect(inHistory).toMatchObject({ status: 'failed', where: { line: 2 } })
  })

  it('does not repeat the token in what it says', async () => {
    const verdict = await judge({
      layers: [{ ...clean.layers[0]!, createdBy: `RUN |1 NPM_TOKEN=${CANARY} /bin/sh -c true # buildkit` }],
    })
    expect(JSON.stringify(verdict)).not.toContain(CANARY)
  })

  it('finds halves in two files', async () => {
    const files = [
      { name: 'a', content: CANARY.slice(0, 20) },
      { name: 'b', content: CANARY.slice(20) },
    ]
    expect((await judge({ layers: [{ files }] })).evidence[0]).toContain('a piece of 20 of its 40 characters')
  })

  it('fails for what a RUN made of the secret in a way no search can see', async () => {
    const createdBy = 'RUN /bin/sh -c tr a-z b-za < /run/secrets/npm_token > /kept # buildkit'
    const verdict = await judge({ layers: [{ files: [{ name: 'kept', content: 'oqn_1' }], createdBy }] })
    expect(verdict).toMatchObject({ status: 'failed', where: { line: 4 }, observed: [{}, { path: '/kept' }] })
  })

  it('looks at other images and at the records of the build', async () => {
    const other = { layers: [{ files: [{ name: 'x', content: CANARY }] }] }
    expect((await judge(clean, { other })).observed[0].en).toContain('another image')
    expect((await judge(clean, { records: [`exec echo ${CANARY}`] })).observed[0].en).toContain('build cache')
  })

  it('names the file of the workspace that holds the token', async () => {
    const spec = { layers: [{ files: [{ name: 'app/.npmrc', content: CANARY }] }] }
    const verdict = await judge(spec, { files: { '.npmrc': 'a\n_authToken=@@CANARY@@' } })
    expect(verdict.evidence).toContain('.npmrc:2: the token is written in the file')
    expect(verdict.where).toEqual({ file: '.npmrc', line: 2 })
  })
})
