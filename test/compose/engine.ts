import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../../backend/berth/command.ts'
import { systemClock } from '../../backend/clock.ts'

/** A Docker engine of the test's own: its network namespace, data, socket and control group. No route to anywhere. */
export interface PrivateEngine extends AsyncDisposable {
  /** For DOCKER_HOST. */
  url: string
  /** Words that run a program in its network namespace, where its containers' ports are published. */
  beside: string[]
  /** The parent of its containers' control groups. */
  cgroup: string
}

const START_MS = 20_000

export async function startEngine(): Promise<PrivateEngine> {
  await using undo = new AsyncDisposableStack()
  const dir = await mkdtemp('/var/tmp/drydock-compose-') // on disk: overlay2 cannot lie on another overlay
  undo.defer(() => rm(dir, { recursive: true, force: true }))
  const name = dir.slice('/var/tmp/'.length)
  await command('ip', ['netns', 'add', name])
  undo.defer(async () => void (await command('ip', ['netns', 'delete', name])))
  const beside = ['nsenter', `--net=/run/netns/${name}`, '--']
  await command(beside[0]!, [...beside.slice(1), 'ip', 'link', 'set', 'lo', 'up'])
  const url = `unix://${join(dir, 'docker.sock')}`
  await mkdir(join(dir, 'data'))
  await writeFile(join(dir, 'daemon.json'), '{}') // the operator's own is not for this one
  const places = Object.entries({
    'config-file': 'daemon.json',
    'data-root': 'data',
    'exec-root': 'exec',
    pidfile: 'pid',
  }).flatMap(([option, file]) => [`--${option}`, join(dir, file)])
  const own = ['-H', url, '--cgroup-parent', `/${name}`, '--bip', '172.30.0.1/24']
  const pools = ['--default-address-pool', 'base=172.30.128.0/17,size=24']
  const daemon = spawn(beside[0]!, [...beside.slice(1), 'dockerd', ...places, ...own, ...pools], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  daemon.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-4000)
  })
  const ended = once(daemon, 'exit')
  undo.defer(async () => {
    daemon.kill('SIGTERM')
    await ended
    // Its containers' groups are gone; their parent is the engine's, which leaves it.
    await command('find', [
      '/sys/fs/cgroup',
      '-depth',
      '-type',
      'd',
      '-path',
      `*/${name}*`,
      '-exec',
      'rmdir',
      '{}',
      ';',
    ])
    if (existsSync(join(dir, 'exec/netns/default')))
      await command('umount', [join(dir, 'exec/netns/default')]).catch(() => {})
    await command('umount', [join(dir, 'data')]).catch(() => {}) // the engine binds it to itself
  })
  const late = systemClock.now() + START_MS
  while (!(await command('docker', ['-H', url, 'version']).catch(() => ''))) {
    if (daemon.exitCode !== null || systemClock.now() > late) throw new Error(`dockerd did not start: ${log}`)
    await systemClock.sleep(200)
  }
  const owned = undo.move()
  return { url, beside, cgroup: name, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
