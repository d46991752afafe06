import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('loads whatever was allocated before, and measures wide characters', () => {
  const screen = JSON.stringify(new URL('./screen.ts', import.meta.url).href)
  const program = `
    for (let n = 0; n < 4; n++) Buffer.from('taken from the pool')
    const { Screen } = await import(${screen})
    const screen = new Screen(10, 2)
    screen.write(Buffer.from('漢字漢字漢x'), () => {})
    console.log(JSON.stringify(await screen.snapshot()))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(JSON.parse(output)).toBe('漢字漢字漢x')
})
