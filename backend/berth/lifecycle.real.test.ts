import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inBerth } from '../../test/berths.ts'
import { startLauncher } from '../../test/launcher.ts'
import { Cgroups } from './cgroup.ts'
import { connectBerthHost } from './client.ts'
import { command } from './command.ts'
import { openLayout } from './layout.ts'

/** Everything of one lab that the host can see: processes, cgroups, mounts, loop devices, files. */
async function traces(data: string) {
  const layout = await openLayout(data, '/nonexistent')
  const cgroups = await Cgroups.detect(layout.lab)
  const berths = await cgroups.list()
  return {
    groups: berths,
    processes: (await Promise.all(berths.map((berth) => cgroups.processes(berth)))).flat(),
    disks: await readdir(layout.diskDir),
    sockets: (await readdir(layout.runDir).catch(() => [])).filter((name) => name.startsWith('b')),
    mounts: (await readFile('/proc/self/mountinfo', 'utf8'))
      .split('\n')
      .filter((line) => line.includes(layout.lab) || line.includes(data)),
    loops: (await command('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE']))
      .split('\n')
      .filter((line) => line.includes(data)),
  }
}

const NOTHING = { groups: [], processes: [], disks: [], sockets: [], mounts: [], loops: [] }

test('a berth that is stopped leaves no process, cgroup, mount, loop device or file', async () => {
  await using launcher = await startLauncher()
  await using host = await connectBerthHost({ socketPath: launcher.socket })
  const berth = await host.open()
  await inBerth(berth, 'docker run -d node:22-slim sleep 1000')
  const during = await traces(launcher.data)
  expect(during.processes.length).toBeGreaterThan(6)
  expect(during).toMatchObject({
    groups: [berth.id],
    disks: [berth.id],
    sockets: [berth.id],
    loops: [expect.stringContaining(berth.id)],
  })

  await berth.stop()
  expect(await berth.ended).toMatchObject({ reason: 'stopped' })
  expect(await traces(launcher.data)).toEqual(NOTHING)
})

test('a berth ends with the connection that opened it, and with its launcher', async () => {
  await using launcher = await startLauncher()
  const host = await connectBerthHost({ socketPath: launcher.socket })
  await host.open()
  await host[Symbol.asyncDispose]()
  await expect.poll(() => traces(launcher.data), { timeout: 10_000 }).toEqual(NOTHING)

  const other = await connectBerthHost({ socketPath: launcher.socket })
  const berth = await other.open()
  await launcher.kill('SIGTERM')
  expect(await berth.ended).toMatchObject({ reason: 'launcher-lost' })
  expect(await traces(launcher.data)).toEqual(NOTHING)
  await expect(other.open()).rejects.toMatchObject({ code: 'DD_LAUNCHER_GONE' })
})

test('what a killed launcher leaves is removed by the next one', async () => {
  const first = await startLauncher()
  const host = await connectBerthHost({ socketPath: first.socket })
  const berth = await host.open()
  await first.kill('SIGKILL')
  expect((await traces(first.data)).processes.length).toBeGreaterThan(0)

  await using second = await startLauncher({ data: first.data })
  expect(second.reaped).toEqual([berth.id])
  expect(await traces(first.data)).toEqual(NOTHING)
  // The same host object finds the new launcher.
  await using again = await host.open()
  expect((await inBerth(again, 'docker images -q node:22-slim')).text).not.toBe('')
})

test('a berth that dies is reported, with the reason, and cleaned up', async () => {
  await using launcher = await startLauncher()
  await using host = await connectBerthHost({ socketPath: launcher.socket })
  const berth = await host.open()
  await inBerth(
    berth,
    'docker run --rm --privileged --pid=host debian:bookworm-slim sh -c "kill -9 \\$(cat /proc/[0-9]*/comm | grep -c . >/dev/null; grep -l dockerd /proc/[0-9]*/comm | cut -d/ -f3)"',
  ).catch(() => {})
  expect(await berth.ended).toMatchObject({ reason: 'died' })
  await expect.poll(() => traces(launcher.data), { timeout: 10_000 }).toEqual(NOTHING)
})

test('a full lab says so; a freed place can be had', async () => {
  await using launcher = await startLauncher({ capacity: 1 })
  await using host = await connectBerthHost({ socketPath: launcher.socket })
  const berth = await host.open()
  await expect(host.open()).rejects.toMatchObject({ code: 'DD_BERTH_FULL', vars: { capacity: 1 } })
  await berth.stop()
  await using _next = await host.open()
})

test('a warm berth is handed out at once and is not one that somebody had', async () => {
  await using launcher = await startLauncher({ warm: 1 })
  await using host = await connectBerthHost({ socketPath: launcher.socket })
  await expect.poll(() => host.status(), { timeout: 20_000 }).toMatchObject({ warm: 1 })
  const before = performance.now()
  const berth = await host.open()
  expect(performance.now() - before).toBeLessThan(500) // a cold start takes more than 600 ms on the fastest machine seen
  await inBerth(berth, 'echo mine > /home/learner/work/mine')
  await berth.stop()
  await using next = await host.open()
  expect(next.id).not.toBe(berth.id)
  expect((await inBerth(next, 'ls /home/learner/work')).text).toBe('')
})

test('a malformed request closes the connection and harms nobody', async () => {
  await using launcher = await startLauncher()
  await using host = await connectBerthHost({ socketPath: launcher.socket })
  const berth = await host.open()
  const { connect } = await import('node:net')
  for (const bytes of ['{"op":"open"}\n', 'nonsense\n', 'x'.repeat(100_000)]) {
    const socket = connect(launcher.socket)
    socket.on('error', () => {})
    socket.write(bytes)
    await new Promise((resolve) => socket.once('close', resolve))
  }
  expect((await inBerth(berth, 'echo alive')).text).toBe('alive\n')
  expect(existsSync(join(launcher.data, 'berths', berth.id))).toBe(true)
})

test('a start that fails leaves nothing, and the lab goes on when the reason is gone', async () => {
  await using launcher = await startLauncher()
  await using host = await connectBerthHost({ socketPath: launcher.socket })
  await expect(host.open({ limits: { diskBytes: 1 << 20 } })).rejects.toMatchObject({ code: 'DD_BERTH_START' })
  expect(await traces(launcher.data)).toEqual(NOTHING)
  await using berth = await host.open()
  expect((await inBerth(berth, 'echo on')).text).toBe('on\n')
})
