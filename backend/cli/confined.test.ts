import { expect, test } from 'vitest'
import { confine, confinedEnv } from './confined.ts'

test('paths are words of the command, whatever they hold', () => {
  const from = `/tmp/a b; touch /tmp/owned $(id) '"`
  const argv = confine(['node', 'main.ts'], {
    account: { uid: 990, gid: 991 },
    bindings: [{ from, to: '/run/x', readOnly: true }],
    cwd: '/run/x',
  })
  expect(argv).toContain(from)
  expect(argv.find((word) => word.includes('mount'))).not.toContain(from)
  expect(argv).toEqual(
    expect.arrayContaining([
      '--reuid=990',
      '--regid=991',
      '--clear-groups',
      '--no-new-privs',
      '--bounding-set=-all',
    ]),
  )
})

test('the environment holds nothing of root’s shell but what is meant for it', () => {
  const env = confinedEnv(
    { AWS_SECRET: 'x', DRYDOCK_PORT: '1', LANG: 'ja_JP.UTF-8', PATH: '/root/bin', LD_PRELOAD: 'x' },
    '/home',
  )
  expect(env).toEqual({
    DRYDOCK_PORT: '1',
    LANG: 'ja_JP.UTF-8',
    HOME: '/home',
    PATH: expect.not.stringContaining('/root'),
  })
})
