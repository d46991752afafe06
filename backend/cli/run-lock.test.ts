import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockHolder, lockRun } from './run-lock.ts'

let dir: string
let file: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drydock-lock-'))
  file = join(dir, 'lock')
})
afterEach(() => rm(dir, { recursive: true }))

test.runIf(process.platform === 'linux')('one at a time, and free again afterwards', async () => {
  {
    await using _held = await lockRun(file, '/data')
    expect(await lockHolder(file)).toBe(process.pid)
    await expect(lockRun(file, '/data')).rejects.toMatchObject({ code: 'DD_ALREADY_RUNNING' })
  }
  await (await lockRun(file, '/data'))[Symbol.asyncDispose]()
  expect(await lockHolder(file)).toBeUndefined()
})

test.runIf(process.platform === 'linux').each([
  ['a process that is gone', '4194999 12'],
  ['a number that another process has now', `${process.pid} 1`],
  ['half a file', '12'],
])('the lock of %s is taken over', async (_, content) => {
  await writeFile(file, content)
  await using _held = await lockRun(file, '/data')
  expect(await lockHolder(file)).toBe(process.pid)
})
