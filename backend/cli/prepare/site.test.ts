import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { siteInputs, siteIsBuilt } from './site.ts'

let root: string
const put = async (path: string, text: string) => {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), text)
}
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'drydock-site-'))
  await put('site/src/page.astro', 'a')
  await put('lessons/x/y/en.md', 'b')
  await put('backend/protocol/messages.ts', '')
  await put('package-lock.json', '{}')
})
afterEach(() => rm(root, { recursive: true }))

test('a changed, added, renamed or removed input is a new build', async () => {
  const seen = new Set([await siteInputs(root)])
  await put('lessons/x/y/en.md', 'c')
  seen.add(await siteInputs(root))
  await put('site/src/other.astro', 'a')
  seen.add(await siteInputs(root))
  await rm(join(root, 'site/src/page.astro'))
  seen.add(await siteInputs(root))
  await put('package-lock.json', '{"x":1}')
  seen.add(await siteInputs(root))
  expect(seen.size).toBe(5)
})

test('its own output and caches are no inputs, and the stamp says what was built', async () => {
  const inputs = await siteInputs(root)
  expect(await siteIsBuilt(root, inputs)).toBe(false)
  await put('site/dist/index.html', 'x')
  await put('site/.astro/cache', 'x')
  await put('site/node_modules/x/index.js', 'x')
  expect(await siteInputs(root)).toBe(inputs)
  await put('site/dist/.inputs', inputs)
  expect(await siteIsBuilt(root, inputs)).toBe(true)
  await put('site/src/page.astro', 'changed')
  expect(await siteIsBuilt(root, await siteInputs(root))).toBe(false)
})
