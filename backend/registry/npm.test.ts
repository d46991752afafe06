import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRegistry, type Registry } from './registry.ts'

const TOKEN = 'npm_4a7d1c0b9e8f7a6b5c4d3e2f1a0b9c8d7e6f'
let folder: string
let registry: Registry
let port: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'npm-'))
  port = await freePort()
  registry = await openRegistry({
    listen: { port, host: '127.0.0.1' },
    origin: `http://127.0.0.1:${port}`,
    token: TOKEN,
  })
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'desk', version: '1.0.0', dependencies: { '@orders/pricing': '1.0.0' } }),
  )
})
afterEach(async () => {
  await registry[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The real npm, with nothing of this machine's configuration. */
function npm(args: string[], token?: string): Promise<{ code: number; output: string }> {
  const auth = token === undefined ? [] : [`--//127.0.0.1:${port}/:_authToken=${token}`]
  const registryFlags = [
    `--registry=http://127.0.0.1:${port}/`,
    `--cache=${folder}/cache`,
    '--userconfig=/dev/null',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=0',
  ]
  const env = { PATH: process.env.PATH, HOME: folder, NO_UPDATE_NOTIFIER: '1', no_proxy: '127.0.0.1' }
  return new Promise((resolve) => {
    execFile('npm', [...args, ...registryFlags, ...auth], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error ? 1 : 0,
        output: `${stdout}${stderr}`,
      })
    })
  })
}

const installed = () => readFile(join(folder, 'node_modules/@orders/pricing/index.js'), 'utf8')

test('npm install works with the token', async () => {
  expect(await npm(['install'], TOKEN)).toMatchObject({ code: 0 })
  expect(await installed()).toContain(registry.nonce)
  expect(registry.receipts()).toEqual([registry.nonce])
  const run = await new Promise((resolve) =>
    execFile(
      'node',
      ['-p', "require('@orders/pricing').priceOf('GET /tea').total"],
      { cwd: folder },
      (_error, stdout) => resolve(stdout.trim()),
    ),
  )
  expect(run).toBe('1060')
})

test('npm install fails without a token and with a wrong one', async () => {
  for (const token of [undefined, 'wrong-token']) {
    const { code, output } = await npm(['install'], token)
    expect(code).not.toBe(0)
    expect(output).toContain('E401')
  }
  await expect(installed()).rejects.toThrow('ENOENT')
  expect(registry.requests().every((request) => !request.authorized && request.status === 401)).toBe(true)
})

test('npm ci with an older lock file passes its integrity check under a new token', async () => {
  expect((await npm(['install'], TOKEN)).code).toBe(0)
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'))
  expect(lock.packages['node_modules/@orders/pricing'].integrity).toMatch(/^sha512-/)
  const before = registry.nonce
  await registry.setToken('the-token-of-the-next-grading')
  await rm(join(folder, 'node_modules'), { recursive: true })
  await rm(join(folder, 'cache'), { recursive: true })
  expect(await npm(['ci'], 'the-token-of-the-next-grading')).toMatchObject({ code: 0 })
  expect(await installed()).toContain(before)
  expect(registry.receipts()).toEqual([before])
})

test('npm view and npm whoami answer', async () => {
  expect(await npm(['view', '@orders/pricing', 'version'], TOKEN)).toMatchObject({
    code: 0,
    output: expect.stringContaining('1.0.0'),
  })
  expect(await npm(['whoami'], TOKEN)).toMatchObject({ code: 0, output: expect.stringContaining('learner') })
  expect((await npm(['view', '@orders/pricing', 'version'])).output).toContain('E401')
})
