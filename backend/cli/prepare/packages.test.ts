import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { hasApt, missing, type SystemPackage } from './packages.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drydock-packages-'))
})
afterEach(() => rm(dir, { recursive: true }))

test('a package is there when one of its files is; a static one must need no loader', async () => {
  const one: SystemPackage = { name: 'box', why: '', anyOf: [join(dir, 'a'), join(dir, 'b')] }
  expect(missing([one])).toEqual([one])
  await writeFile(join(dir, 'b'), '\x7fELF… /lib64/ld-linux-x86-64.so.2')
  expect(missing([one])).toEqual([])
  expect(missing([{ ...one, isStatic: true }])).toHaveLength(1)
  await writeFile(join(dir, 'a'), '\x7fELF…')
  expect(missing([{ ...one, isStatic: true }])).toEqual([])
})

test.each([
  ['ID=debian', true],
  ['ID=ubuntu\nID_LIKE=debian', true],
  ['ID=linuxmint\nID_LIKE="ubuntu debian"', true],
  ['ID=fedora', false],
  ['ID=alpine\nHOME_URL="https://debian.org"', false],
])('apt is used on %s: %s', async (text, expected) => {
  const file = join(dir, 'os-release')
  await writeFile(file, text)
  expect(await hasApt(file, ['/bin/sh'])).toBe(expected)
})
