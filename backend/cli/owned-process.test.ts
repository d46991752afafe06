import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { OwnedProcess, runToEnd } from './owned-process.ts'

const node = (script: string) => [process.execPath, '-e', script]

test('a process that ignores SIGTERM is killed after the grace, one that obeys is not', async () => {
  const heard = Promise.withResolvers<void>()
  const stubborn = new OwnedProcess(
    node("process.on('SIGTERM', () => {}); setInterval(() => {}, 1e3); console.log('up')"),
    {
      onOutput: () => heard.resolve(),
    },
  )
  await heard.promise
  expect(await stubborn.stop(50)).toEqual({ code: null, signal: 'SIGKILL' })
  const obedient = new OwnedProcess(node('setInterval(() => {}, 1e3)'))
  expect((await obedient.stop(5000)).signal).toBe('SIGTERM')
})

test('a program that is not there ends with 127 and says so', async () => {
  expect(await runToEnd(['/nonexistent/program'])).toMatchObject({ code: 127 })
})

test('all of the output is there at the end', async () => {
  const { output, code } = await runToEnd(
    node("process.stdout.write('x'.repeat(50000) + 'END'); process.exitCode = 3"),
  )
  expect(code).toBe(3)
  expect(output.endsWith('END')).toBe(true)
})

test.runIf(process.platform === 'linux')(
  'what runToEnd runs dies with the process that runs it',
  async () => {
    const here = JSON.stringify(new URL('./owned-process.ts', import.meta.url).href)
    const script = `import(${here}).then((m) => m.runToEnd([process.execPath, '-e', "console.log(process.pid); setInterval(() => {}, 1e3)"], { onOutput: (c) => process.stdout.write(c) }))`
    const pid = Promise.withResolvers<number>()
    const parent = new OwnedProcess(node(script), { onOutput: (chunk) => pid.resolve(Number(String(chunk))) })
    const child = await pid.promise
    expect(existsSync(`/proc/${child}/exe`)).toBe(true)
    parent.kill('SIGKILL')
    await parent.ended
    // A zombie waits for whoever reaps orphans on this machine; it runs no more.
    await expect
      .poll(() =>
        readFile(`/proc/${child}/stat`, 'utf8').then(
          (stat) => stat.split(') ')[1]![0],
          () => 'gone',
        ),
      )
      .toMatch(/^(Z|X|gone)$/)
  },
)
