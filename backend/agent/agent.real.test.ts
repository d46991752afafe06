import { afterAll, beforeAll, expect, test } from 'vitest'
import { inBerth, testBerthHost } from '../../test/berths.ts'
import type { Berth, BerthHost } from '../berth/port.ts'
import { agent } from './client.ts'
import type { AgentShell, SyncChange } from './port.ts'
import { WORKSPACE_DIR } from './protocol.ts'

let host: BerthHost
let berth: Berth
beforeAll(async () => {
  host = await testBerthHost()
  berth = await host.open()
})
afterAll(() => host[Symbol.asyncDispose]())

const SIZE = { cwd: WORKSPACE_DIR, env: {}, cols: 80, rows: 24 }

/** What the shell has printed so far, and a wait for something in it. */
function transcript(shell: AgentShell) {
  const chunks: Uint8Array[] = []
  shell.onOutput((chunk) => chunks.push(chunk))
  const text = () => Buffer.concat(chunks).toString('utf8')
  return {
    text,
    bytes: () => Buffer.concat(chunks),
    until: (what: RegExp) => expect.poll(text, { timeout: 15_000 }).toMatch(what),
  }
}

test('a shell is the learner’s, in the workspace, with docker and a size', async () => {
  const shell = await agent.openShell(berth.agentSocket, { terminal: 'a', argv: ['bash', '-l'], ...SIZE })
  const seen = transcript(shell)
  shell.write(Buffer.from('stty size; id -un; pwd; docker images -q node:22-slim | wc -l; tty\n'))
  await seen.until(/24 80\r\nlearner\r\n\/home\/learner\/work\r\n1\r\n\/dev\/pts\/\d/)
  shell.write(Buffer.from('echo before; '))
  shell.resize(132, 50)
  shell.write(Buffer.from('stty size; exit 3\n'))
  await seen.until(/before\r\n50 132/)
  expect(await shell.exited).toBe(3)
})

test('Ctrl-C stops a program, however the lab itself was started', async () => {
  const shell = await agent.openShell(berth.agentSocket, { terminal: 'ctrl-c', argv: ['bash'], ...SIZE })
  const seen = transcript(shell)
  shell.write(
    Buffer.from(
      'grep SigIgn /proc/self/status; python3 -c \'import time; print("run" + "ning", flush=True); time.sleep(100)\'\n',
    ),
  )
  await seen.until(/running/)
  shell.write(Buffer.from('\x03'))
  await seen.until(/KeyboardInterrupt/)
  expect(seen.text()).toMatch(/SigIgn:\s+0{16}/)
  await shell.close()
})

test('closing a terminal ends what it started, in its containers as well', async () => {
  await inBerth(berth, 'docker run -d --name web node:22-slim sleep 1000')
  const shell = await agent.openShell(berth.agentSocket, { terminal: 'closing', argv: ['bash'], ...SIZE })
  const inside = await agent.openShell(berth.agentSocket, {
    terminal: 'inside',
    argv: ['docker', 'exec', '-it', '-e', 'DRYDOCK_TERMINAL=inside', 'web', 'sh'],
    ...SIZE,
  })
  const seen = transcript(inside)
  shell.write(Buffer.from('trap "" HUP; setsid sleep 4242 & sleep 4243\n'))
  inside.write(Buffer.from('trap "" HUP; sleep 4244 & sleep 4245 & echo star""ted\n'))
  await seen.until(/started/)
  const sleepers = async () => (await inBerth(berth, 'ps axww -o args | grep -c "[s]leep 424"')).text.trim()
  await expect.poll(sleepers).toBe('4')
  await Promise.all([shell.close(), inside.close()])
  await expect.poll(sleepers, { timeout: 10_000 }).toBe('0')
  expect((await inBerth(berth, 'docker ps -q -f name=web | wc -l; docker rm -f web')).text).toMatch(/^1/)
})

test('a megabyte pasted arrives whole and in order; a flood waits for its reader', async () => {
  const sum = await agent.openShell(berth.agentSocket, {
    terminal: 'paste',
    argv: ['sh', '-c', 'stty raw -echo; echo ready; head -c 1048576 | sha256sum'],
    ...SIZE,
  })
  const seen = transcript(sum)
  await seen.until(/ready/)
  const bytes = Buffer.alloc(1 << 20, 'drydock 🐳 ')
  sum.write(bytes)
  const { createHash } = await import('node:crypto')
  await seen.until(new RegExp(createHash('sha256').update(bytes).digest('hex')))

  const flood = await agent.openShell(berth.agentSocket, {
    terminal: 'flood',
    argv: ['sh', '-c', 'seq 1 300000; echo end-of-flood'],
    ...SIZE,
  })
  const all = transcript(flood)
  flood.pause()
  await new Promise((resolve) => setTimeout(resolve, 300))
  const held = all.bytes().length
  expect(held).toBeLessThan(1 << 20)
  flood.resume()
  await flood.exited
  expect(all.text()).toContain('end-of-flood')
  expect(all.text().match(/^\d+\r$/gm)?.length).toBe(300_000)
})

test('files go both ways; a change made elsewhere just before is reported, not lost', async () => {
  await inBerth(
    berth,
    'rm -rf * .[a-z]*; printf "FROM scratch\\n" > Dockerfile; mkdir sub; echo deep > sub/file; ln -s /etc/passwd link; head -c 600000 /dev/zero > big; printf "\\xff\\xfe" > binary',
  )
  const sync = await agent.openSync(berth.agentSocket, WORKSPACE_DIR)
  const changes: SyncChange[] = []
  sync.onChange((change) => changes.push(change))
  await sync.ready
  const by = (a: SyncChange, b: SyncChange) => a.path.localeCompare(b.path)
  expect(changes.toSorted(by)).toEqual(
    [
      { type: 'skipped', path: 'big', reason: 'size' },
      { type: 'skipped', path: 'binary', reason: 'binary' },
      { type: 'changed', path: 'Dockerfile', content: 'FROM scratch\n' },
      { type: 'changed', path: 'sub/file', content: 'deep\n' },
    ].toSorted(by as never),
  )

  changes.length = 0
  await sync.write('run.sh', '#!/bin/sh\ndocker run web 日本語\n', 0o755)
  expect((await inBerth(berth, 'stat -c "%a %U" run.sh; cat run.sh')).text).toBe(
    '755 learner\n#!/bin/sh\ndocker run web 日本語\n',
  )
  await inBerth(berth, 'echo theirs > Dockerfile')
  await sync.write('Dockerfile', 'ours\n', 0o644)
  expect(changes).toEqual([{ type: 'changed', path: 'Dockerfile', content: 'theirs\n' }])
  await inBerth(berth, 'rm run.sh')
  await expect.poll(() => changes).toContainEqual({ type: 'deleted', path: 'run.sh' })
  await expect(sync.write('../outside', 'x', 0o644)).rejects.toMatchObject({ code: 'DD_AGENT_REFUSED' })
  await expect(sync.write('/etc/passwd', 'x', 0o644)).rejects.toMatchObject({ code: 'DD_AGENT_REFUSED' })
  await sync.delete('Dockerfile')
  sync.close()
  await sync.ended
})

test('an agent that is gone is said to be', async () => {
  await expect(agent.openSync('/nonexistent/agent.sock', WORKSPACE_DIR)).rejects.toMatchObject({
    code: 'DD_AGENT_GONE',
  })
})
