import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { NODE } from './prepare.ts'

test('the image says the version that it holds', async () => {
  const dockerfile = await readFile(join(import.meta.dirname, 'Dockerfile'), 'utf8')
  for (const pinned of Object.values(NODE)) expect(dockerfile).toContain(`NODE_VERSION=${pinned.version}\n`)
})
