import { describe, expect, it } from 'vitest'
import { DockerfileView } from './dockerfile.ts'
import { findSecretFlows } from './secret-flow.ts'

const mount = '--mount=type=secret,id=npm_token'

it('follows what a left-behind stage wrote and the image copied', () => {
  const view = new DockerfileView(
    `FROM node AS build\nRUN ${mount} rev /run/secrets/npm_token > /out/sealed\nFROM node\nCOPY --from=build /out /app\n`,
  )
  expect(findSecretFlows(view, () => undefined, ['/app/sealed', '/app/rev']).map(({ path }) => path)).toEqual(
    ['/app/sealed'],
  )
})

function flows(run: string, files: string[]): string[] {
  const view = new DockerfileView(`FROM node:22-slim\nWORKDIR /app\nRUN ${run}\n`)
  return findSecretFlows(view, () => files).map(({ path }) => path)
}

describe('findSecretFlows', () => {
  it.each([
    ['a redirection', `${mount} tr a-z b-za < /run/secrets/npm_token > .hidden`, ['/app/.hidden']],
    [
      'pieces in a loop',
      `${mount} for i in 1 9; do cut -c$i-$((i+7)) /run/secrets/npm_token > part-$i; done`,
      ['/app/part-1', '/app/part-9'],
    ],
    [
      'a variable on the way',
      `${mount} T=$(cat /run/secrets/npm_token) && echo "$T" | rev > /etc/x`,
      ['/etc/x'],
    ],
    ['another target', `${mount},target=/t cp /t /home/t`, ['/home/t']],
    ['an environment mount', `${mount},env=TOKEN echo "\${TOKEN%????}" | tee ~/kept`, ['/root/kept']],
    ['a folder mount', `${mount} tar -czf notes.tar.gz -C /run/secrets npm_token`, ['/app/notes.tar.gz']],
  ])('sees %s', (_, run, files) => {
    expect(flows(run, [...files, '/app/node_modules/a/index.js'])).toEqual(files)
  })

  it.each([
    [
      'an install',
      `${mount} NPM_TOKEN="$(cat /run/secrets/npm_token)" npm install`,
      ['/app/node_modules/a/index.js', '/root/.npm/_logs/1.log'],
    ],
    [
      'a file that another command of the same RUN made',
      `${mount} NPM_TOKEN=$(cat /run/secrets/npm_token) npm install && date > built`,
      ['/app/built'],
    ],
    [
      'a file that is gone at the end',
      `${mount} cat /run/secrets/npm_token > /root/.npmrc && npm install && rm /root/.npmrc`,
      [],
    ],
    ['a RUN without the secret', 'cat /etc/passwd > users', ['/app/users']],
  ])('lets %s be', (_, run, files) => {
    expect(flows(run, files)).toEqual([])
  })
})
