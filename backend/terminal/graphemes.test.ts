import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('loads whatever was allocated before', () => {
  const graphemes = JSON.stringify(new URL('./graphemes.ts', import.meta.url).href)
  // A pool that begins with zeros: the addon alone would read an empty table there.
  const program = `
    for (let n = 0; n < 100; n++) Buffer.from('\\0'.repeat(1000))
    const { UnicodeGraphemesAddon } = await import(${graphemes})
    const addon = new UnicodeGraphemesAddon()
    console.log(typeof addon.activate)`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    stdio: 'pipe',
  })
  expect(output).toBe('function\n')
})
