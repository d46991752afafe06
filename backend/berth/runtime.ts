import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from './command.ts'
import type { PassedSocket } from './passed-socket.ts'
import { PASSED_SOCKETS } from './spec.ts'

export interface RuntimeOutput {
  onLog(text: string): void
  onEnd(): void
}

/** crun, the OCI runtime that launches berths. `root`: where it keeps its state. */
export class Runtime {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  /**
   * Starts the bundle. The sockets become fd 3, 4 … inside. What the berth's engine and
   * init print comes through a pipe (a file would be the learner's to fill), which closes when the berth's first process is gone.
   */
  async run(id: string, bundle: string, sockets: PassedSocket[], output: RuntimeOutput): Promise<void> {
    if (sockets.length !== PASSED_SOCKETS) throw new RangeError('a berth gets exactly two sockets')
    await mkdir(this.#root, { recursive: true, mode: 0o700 })
    const child = spawn(
      'crun',
      [
        '--root',
        this.#root,
        'run',
        '--detach',
        '--preserve-fds',
        String(sockets.length),
        '--bundle',
        bundle,
        id,
      ],
      {
        stdio: ['pipe', 'pipe', 'pipe', ...sockets.map((socket) => socket.fd)],
      },
    )
    // A pipe, never /dev/null: crun gives the standard streams to the berth's root (fchown), and the host's /dev/null with them.
    child.stdin?.on('error', () => {}).end()
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8')
      stream?.on('data', output.onLog)
      stream?.on('error', () => {})
    }
    child.once('close', output.onEnd)
    const [code] = (await once(child, 'exit')) as [number | null]
    if (code !== 0) throw new Error(`crun could not start the berth (exit ${code})`)
  }

  /** SIGKILL to the berth's first process, which takes its pid namespace with it, then the runtime's own records. */
  async kill(id: string): Promise<void> {
    await command('crun', ['--root', this.#root, 'delete', '--force', id]).catch((error: Error) => {
      if (!/does not exist|No such file/.test(error.message)) throw error
    })
  }

  async list(): Promise<string[]> {
    const json = await command('crun', ['--root', this.#root, 'list', '--format', 'json']).catch(() => '[]')
    return (JSON.parse(json || '[]') as { id: string }[]).map((container) => container.id)
  }

  async pid(id: string): Promise<number> {
    return (JSON.parse(await command('crun', ['--root', this.#root, 'state', id])) as { pid: number }).pid
  }

  static async writeBundle(dir: string, spec: object): Promise<void> {
    await writeFile(join(dir, 'config.json'), JSON.stringify(spec))
  }
}
