import { posix } from 'node:path'
import type { Evaluator } from '../evaluator.ts'
import { describeProcess, isRoot, type KernelFacts, type KernelProcess } from '../kernel.ts'
import type { Subject } from '../subject.ts'

const TEXT = {
  expected: {
    en: 'The socket behind port {port} belongs to a process of the app, and that process is not root.',
    ja: '{port} 番の先にあるソケットがアプリのプロセスのもので、そのプロセスは root ではない。',
  },
  fine: {
    en: 'Behind port {port} listens process {pid} ({command}) on port {inner}, as uid {uid}.',
    ja: '{port} 番の先では、プロセス {pid} ({command}) が uid {uid} で {inner} 番を待ち受けています。',
  },
  nobody: {
    en: 'No process of the container listens on port {inner}, where port {port} leads.',
    ja: '{port} 番の行き先である {inner} 番を待ち受けているプロセスが、コンテナにありません。',
  },
  nowhere: {
    en: 'Port {port} leads nowhere: it is not published, and nothing in the container listens on it.',
    ja: '{port} 番には行き先がありません。公開されておらず、コンテナの中でも誰も待ち受けていません。',
  },
  root: {
    en: 'The socket on port {inner} belongs to process {pid} ({command}), which is root.',
    ja: '{inner} 番のソケットはプロセス {pid} ({command}) のもので、root です。',
  },
  stranger: {
    en: 'The socket on port {inner} belongs to process {pid} ({command}). That is not the app but something put in front of it.',
    ja: '{inner} 番のソケットはプロセス {pid} ({command}) のものです。アプリではなく、その前に置かれた別のプログラムです。',
  },
}

export const listener: Evaluator<'listener'> = {
  expected: (goal) => [TEXT.expected, { port: goal.port }],

  async evaluate(goal, subject) {
    const kernel = await subject.kernel()
    const inner = await innerPorts(subject, kernel, goal.port)
    const port = goal.port
    const evidence = socketLines(kernel)
    if (inner.length === 0) return { status: 'failed', observed: [TEXT.nowhere, { port }], evidence }
    const owned = inner.flatMap((number) => owners(kernel, number).map((process) => ({ number, process })))
    if (owned.length === 0)
      return { status: 'failed', observed: [TEXT.nobody, { port, inner: inner[0]! }], evidence }
    const vars = ({ number, process }: (typeof owned)[number]) => ({
      port,
      inner: number,
      pid: process.pid,
      command: (process.command || process.name).slice(0, 120),
      uid: process.uids[1]!,
    })
    const root = owned.find(({ process }) => isRoot(process))
    if (root) return { status: 'failed', observed: [TEXT.root, vars(root)], evidence }
    const stranger = owned.find(({ process }) => isStranger(process)) ?? besideTheApp(subject, kernel, owned)
    if (stranger) return { status: 'failed', observed: [TEXT.stranger, vars(stranger)], evidence }
    return { status: 'passed', observed: [TEXT.fine, vars(owned[0]!)], evidence }
  },
}

/** The container's ports that requests for `port` from outside arrive at. */
export async function innerPorts(subject: Subject, kernel: KernelFacts, port: number): Promise<number[]> {
  const facts = await subject.facts()
  const published = facts.ports
    .filter((found) => found.host === port && found.protocol === 'tcp')
    .map((found) => found.container)
  if (published.length > 0) return [...new Set(published)]
  const outside = [...new Set(kernel.listeners.filter((found) => found.outside).map((found) => found.port))]
  if (outside.includes(port)) return [port]
  // The container in front decides where its requests go: to one of these.
  return subject.proxy ? outside : []
}

export function owners(kernel: KernelFacts, port: number): KernelProcess[] {
  const inodes = new Set(kernel.listeners.filter((found) => found.port === port).map((found) => found.inode))
  return kernel.processes.filter((process) => process.sockets.some((inode) => inodes.has(inode)))
}

/** Sockets and their owners as evidence. */
export function socketLines(kernel: KernelFacts): string[] {
  return kernel.listeners.map((found) => {
    const holders = kernel.processes.filter((process) => process.sockets.includes(found.inode))
    return `${found.address}:${found.port} LISTEN inode ${found.inode}: ${holders.map(describeProcess).join('; ') || 'held by no process of the container'}`
  })
}

/**
 * When the app runs and none of the socket's owners is the app or the process that started it: something else answers in its place.
 * The app is what package.json names, or else what such programs are usually called.
 */
function besideTheApp<O extends { process: KernelProcess }>(
  subject: Subject,
  kernel: KernelFacts,
  owned: O[],
): O | undefined {
  const app = appScripts(subject)
    .map((script) => kernel.processes.filter((process) => runs(process, script)))
    .find((processes) => processes.length > 0)
  if (!app) return undefined
  const family = new Set(app)
  for (const member of family) {
    const parent = kernel.processes.find(({ pid }) => pid === member.parent)
    if (parent) family.add(parent)
  }
  return owned.some(({ process }) => family.has(process)) ? undefined : owned[0]
}

function appScripts(subject: Subject): string[] {
  const { written } = subject.given
  const named: string[] = []
  try {
    const manifest = JSON.parse(written.get('package.json')?.content.toString('utf8') ?? '{}')
    if (typeof manifest.main === 'string') named.push(manifest.main)
    const start = /[\w./-]+\.[cm]?js\b/.exec(String(manifest.scripts?.start ?? ''))
    if (start) named.push(start[0])
  } catch {
    // A package.json that does not parse names nothing.
  }
  const usual = ['server.js', 'server.mjs', 'index.js', 'app.js', 'main.js']
  return [...named, ...usual.filter((file) => written.has(file))].map((script) => posix.basename(script))
}

function runs(process: KernelProcess, script: string): boolean {
  return process.command
    .split(' ')
    .slice(1)
    .some((word) => posix.basename(word) === script)
}

/** Programs that hand connections on or answer them without any app. */
const FORWARDERS = new Set([
  'nc',
  'ncat',
  'netcat',
  'nc.openbsd',
  'nc.traditional',
  'socat',
  'busybox',
  'inetd',
  'xinetd',
  'rinetd',
  'redir',
  'haproxy',
  'nginx',
])
/** Interpreters, and the options by which they take a program from the command line instead of from a file of the app. */
const INLINE: Record<string, RegExp> = {
  node: /^(-e|-p|-pe|--eval|--print)(=|$)/,
  nodejs: /^(-e|-p|-pe|--eval|--print)(=|$)/,
  bun: /^(-e|-p|--eval|--print)(=|$)/,
  python3: /^-c$/,
  perl: /^-[a-z]*[eE]/,
  ruby: /^-e/,
  php: /^(-r|-S)$/,
}

/** Certain to be another program than the app. What only might be one is left alone. */
function isStranger(process: KernelProcess): boolean {
  const program = posix.basename(process.executable)
  if (FORWARDERS.has(program)) return true
  const inline = INLINE[program.replace(/^python3?(\.\d+)?$/, 'python3')]
  if (!inline) return false
  for (const word of process.command.split(' ').slice(1)) {
    if (inline.test(word)) return true
    if (!word.startsWith('-')) return false
  }
  return false
}
