import { Readable } from 'node:stream'
import { pack } from 'tar-stream'
import { type Clock, systemClock } from '../clock.ts'
import type { ContainerFacts, ContainerSpec, Engine, ImageFacts, ProcessOutput } from '../engine/port.ts'
import { DrydockError } from '../errors.ts'
import type { RegistryLog } from '../registry/registry.ts'
import type { WorkspaceFiles } from '../workspace/files.ts'
import { DockerfileView } from './dockerfile.ts'
import { readRunFile } from './run-file.ts'
import { Subject } from './subject.ts'
import type { Unmet } from './unmet.ts'

/** One process as a test describes it; the rest is as for an ordinary node. */
export interface ProcessLine {
  pid?: number
  parent?: number
  uids?: number[]
  command?: string
  executable?: string
  /** Effective and permitted capabilities, hex. */
  capabilities?: string
  ambient?: string
  /** Listens on these ports of every address. */
  ports?: number[]
}

/** What an engine would say about one graded workspace, for tests of goals without an engine. Everything left out is as a good solution has it. */
export interface Recorded {
  dockerfile?: string
  runCommand?: string
  /** Further files of the workspace. */
  files?: Record<string, string>
  starter?: Record<string, string>
  processes?: ProcessLine[]
  unprivilegedPortStart?: number
  /** The image's configured user. */
  user?: string
  passwd?: string
  /** What `whoami` prints; undefined: the image has none. */
  whoami?: string | undefined
  published?: { host: number; container: number }[]
  /** What is answered on `host:port` or, through the Docker host, `published:port`. `%` stands for the request's path. */
  http?: Record<string, string>
  /** What the lab's own bind of low ports is told. */
  bindRefused?: boolean
  container?: Unmet
  image?: Unmet
  registry?: RegistryLog
  /** Files of the container by their absolute path. */
  tree?: Record<string, Buffer>
}

export const PASSWD = 'root:x:0:0:root:/root:/bin/bash\nnode:x:1000:1000::/home/node:/bin/bash\n'

export function recordedSubject(recorded: Recorded = {}): Subject {
  const dockerfile = recorded.dockerfile ?? 'FROM node:22-slim\nUSER node\nCMD ["node", "server.js"]\n'
  const files = asFiles({
    Dockerfile: dockerfile,
    'run.sh': recorded.runCommand ?? 'docker run -p 8080:8080 web',
    ...recorded.files,
  })
  return new Subject({
    engine: recordedEngine(recorded),
    clock: impatientClock(),
    files,
    written: files,
    ...(recorded.starter && { starter: asFiles(recorded.starter) }),
    dockerfile: new DockerfileView(dockerfile),
    run: readRunFile(files),
    canary: 'npm_0123456789abcdef0123456789abcdef0123',
    ...(recorded.registry && { registry: recorded.registry }),
    imagesBefore: [],
    image:
      recorded.image ??
      ({
        id: `sha256:${'1'.repeat(64)}`,
        user: recorded.user ?? 'node',
        layers: [],
      } as unknown as ImageFacts),
    container: recorded.container ?? { id: 'c'.repeat(64) },
  })
}

/** Sleeping takes no time and lets it pass all the same. */
export function impatientClock(): Clock {
  let now = 0
  return {
    ...systemClock,
    now: () => now,
    sleep: async (ms) => {
      now += ms
    },
  }
}

function asFiles(texts: Record<string, string>): WorkspaceFiles {
  return new Map(
    Object.entries(texts).map(([path, text]) => [path, { content: Buffer.from(text), mode: 0o644 }]),
  )
}

function recordedEngine(recorded: Recorded): Engine {
  const answers: Partial<Engine> = {
    inspect: async () => facts(recorded),
    create: async () => ({ id: 'd'.repeat(64) }),
    remove: async () => {},
    logs: async function* () {},
    exec: async () =>
      'whoami' in recorded && recorded.whoami === undefined
        ? output('', 127)
        : output(`${recorded.whoami ?? 'node'}\n`),
    copyFrom: async (_container, path) => copy(recorded, path),
    runOnce: async (spec) => probe(recorded, spec),
  }
  return new Proxy(answers as Engine, {
    get(target, name) {
      if (name in target) return target[name as keyof Engine]
      throw new Error(`the recorded engine has no ${String(name)}`)
    },
  })
}

function output(stdout: string, exitCode = 0): ProcessOutput {
  return { exitCode, stdout, stderr: '', truncated: false }
}

function facts(recorded: Recorded): ContainerFacts {
  const ports = (recorded.published ?? [{ host: 8080, container: 8080 }]).map((port) => ({
    ...port,
    protocol: 'tcp',
  }))
  const raw = {
    HostConfig: { NetworkMode: 'default' },
    NetworkSettings: { Networks: { bridge: { IPAddress: '172.17.0.2' } } },
  }
  return {
    id: 'c'.repeat(64),
    name: 'web',
    imageId: '',
    running: true,
    exitCode: 0,
    oomKilled: false,
    pid: 7,
    ip: '172.17.0.2',
    ports,
    raw,
  }
}

function copy(recorded: Recorded, path: string): Readable {
  const tree = { '/etc/passwd': Buffer.from(recorded.passwd ?? PASSWD), ...recorded.tree }
  const found = Object.entries(tree).filter(([file]) => file === path || file.startsWith(`${path}/`))
  if (found.length === 0) throw new DrydockError('DD_ENGINE_REFUSED', { detail: 'no such file', status: 404 })
  const archive = pack()
  const base = path.slice(0, path.lastIndexOf('/') + 1)
  for (const [file, content] of found) archive.entry({ name: file.slice(base.length) }, content)
  archive.finalize()
  return Readable.from(archive, { objectMode: false })
}

/** What the probe's scripts (probe.ts) would print. */
function probe(recorded: Recorded, spec: ContainerSpec): ProcessOutput {
  const script = spec.command?.[2] ?? ''
  if (script.includes('@process')) return output(kernelText(recorded))
  if (script.includes('nc -l')) {
    const refused = recorded.bindRefused ?? true
    return output(
      `${recorded.unprivilegedPortStart ?? 1024}\n@bind\n${refused ? 'nc: bind: Permission denied\n' : 'Terminated\n'}@bind\nTerminated\n`,
    )
  }
  const env = new Map(
    (spec.env ?? []).map((pair) => [pair.split('=')[0]!, pair.split('=').slice(1).join('=')]),
  )
  const parts: string[] = []
  for (let index = 0; env.has(`HOST${index}`); index++) {
    const from = spec.network === 'host' ? 'published' : env.get(`HOST${index}`)
    const answer = recorded.http?.[`${from}:${env.get(`PORT${index}`)}`]
    parts.push(
      `${env.get('MARK')}\n${answer?.replaceAll('%', env.get(`PATH${index}`)!) ?? "nc: can't connect to remote host: Connection refused"}\n`,
    )
  }
  return output(parts.join(''))
}

function kernelText(recorded: Recorded): string {
  const processes = recorded.processes ?? [{}]
  const sockets: string[] = []
  const texts = processes.map((process, index) => {
    const none = '0'.repeat(16)
    const uids = process.uids ?? [1000, 1000, 1000, 1000]
    const inodes = (process.ports ?? (index === 0 ? [8080] : [])).map((port) => {
      const inode = 1000 + sockets.length
      const hex = port.toString(16).toUpperCase().padStart(4, '0')
      sockets.push(`   0: 00000000:${hex} 00000000:0000 0A 0:0 00:0 0 ${uids[1]} 0 ${inode} 1 0`)
      return `socket:[${inode}]`
    })
    return [
      `@process ${process.pid ?? index + 1}`,
      'Name:\tnode',
      `PPid:\t${process.parent ?? (index === 0 ? 0 : 1)}`,
      `Uid:\t${uids.join('\t')}`,
      `Gid:\t${uids.join('\t')}`,
      `CapInh:\t${none}`,
      `CapPrm:\t${process.capabilities ?? none}`,
      `CapEff:\t${process.capabilities ?? none}`,
      'CapBnd:\t00000000a80425fb',
      `CapAmb:\t${process.ambient ?? none}`,
      'NoNewPrivs:\t0',
      'Seccomp:\t2',
      '@command',
      `|${process.command ?? 'node server.js'}`,
      '@exe',
      `|${process.executable ?? '/usr/local/bin/node'}`,
      '@cwd',
      '|/app',
      '@fd',
      ...inodes,
    ].join('\n')
  })
  return [
    ...texts,
    '@tcp',
    ...sockets,
    '@sysctl',
    String(recorded.unprivilegedPortStart ?? 1024),
    '@mounts',
    '',
  ].join('\n')
}
