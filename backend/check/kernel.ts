/** One process of the container as the kernel describes it in /proc, with pids as the container counts them. */
export interface KernelProcess {
  pid: number
  parent: number
  name: string
  /** Arguments joined by blanks, printable characters only. */
  command: string
  /** Real, effective, saved and file system uid, in the container's user namespace. */
  uids: number[]
  gids: number[]
  capabilities: {
    inheritable: bigint
    permitted: bigint
    effective: bigint
    bounding: bigint
    ambient: bigint
  }
  noNewPrivileges: boolean
  seccomp: number
  executable: string
  workingDir: string
  /** Inodes of its open sockets. */
  sockets: number[]
}

/** A TCP socket in state LISTEN. */
export interface Listener {
  port: number
  address: string
  inode: number
  /** Reachable from outside its network namespace. */
  outside: boolean
}

/** What one look at the running container gave. */
export interface KernelFacts {
  processes: KernelProcess[]
  listeners: Listener[]
  /** net.ipv4.ip_unprivileged_port_start of its network namespace. */
  unprivilegedPortStart: number
  /** /proc/1/mountinfo, line by line. */
  mounts: string[]
}

export const CAP_NET_BIND_SERVICE = 1n << 10n

const SECTION = /^@(process|command|exe|cwd|fd|tcp|tcp6|sysctl|mounts)(?: (\d+))?$/

/** Reads what the probe printed (probe.ts). Every line that another hand could have formed was stripped of line ends by the probe. */
export function readKernelFacts(output: string): KernelFacts {
  const facts: KernelFacts = { processes: [], listeners: [], unprivilegedPortStart: Number.NaN, mounts: [] }
  let section = ''
  let process: KernelProcess | undefined
  for (const line of output.split('\n')) {
    const start = SECTION.exec(line)
    if (start) {
      section = start[1]!
      if (section === 'process') {
        process = emptyProcess(Number(start[2]))
        facts.processes.push(process)
      }
    } else if (section === 'process' && process) readStatus(process, line)
    else if (section === 'command' && process) process.command ||= line.replace(/^\|/, '').trim()
    else if (section === 'exe' && process) process.executable ||= line.replace(/^\|/, '')
    else if (section === 'cwd' && process) process.workingDir ||= line.replace(/^\|/, '')
    else if (section === 'fd' && process)
      process.sockets.push(...[...line.matchAll(/^socket:\[(\d+)\]$/g)].map((match) => Number(match[1])))
    else if (section === 'tcp' || section === 'tcp6') facts.listeners.push(...readListener(line))
    else if (section === 'sysctl' && /^\d+$/.test(line)) facts.unprivilegedPortStart = Number(line)
    else if (section === 'mounts' && line) facts.mounts.push(line)
  }
  // A process that ended while it was being looked at has no Uid line: it is not there any more.
  facts.processes = facts.processes.filter((found) => found.uids.length === 4)
  return facts
}

function emptyProcess(pid: number): KernelProcess {
  const capabilities = { inheritable: 0n, permitted: 0n, effective: 0n, bounding: 0n, ambient: 0n }
  return {
    pid,
    parent: 0,
    name: '',
    command: '',
    uids: [],
    gids: [],
    capabilities,
    noNewPrivileges: false,
    seccomp: 0,
    executable: '',
    workingDir: '',
    sockets: [],
  }
}

function readStatus(process: KernelProcess, line: string): void {
  const colon = line.indexOf(':')
  const value = line.slice(colon + 1).trim()
  switch (line.slice(0, colon)) {
    case 'Name':
      process.name = value
      break
    case 'PPid':
      process.parent = Number(value)
      break
    case 'Uid':
      process.uids = value.split(/\s+/).map(Number)
      break
    case 'Gid':
      process.gids = value.split(/\s+/).map(Number)
      break
    case 'CapInh':
      process.capabilities.inheritable = BigInt(`0x${value}`)
      break
    case 'CapPrm':
      process.capabilities.permitted = BigInt(`0x${value}`)
      break
    case 'CapEff':
      process.capabilities.effective = BigInt(`0x${value}`)
      break
    case 'CapBnd':
      process.capabilities.bounding = BigInt(`0x${value}`)
      break
    case 'CapAmb':
      process.capabilities.ambient = BigInt(`0x${value}`)
      break
    case 'NoNewPrivs':
      process.noNewPrivileges = value === '1'
      break
    case 'Seccomp':
      process.seccomp = Number(value)
      break
  }
}

/** A line of /proc/net/tcp or tcp6: `0: 00000000:1F90 00000000:0000 0A … uid timeout inode`. 0A is LISTEN. */
function readListener(line: string): Listener[] {
  const fields = line.trim().split(/\s+/)
  const [address, port] = (fields[1] ?? '').split(':')
  if (fields[3] !== '0A' || !address || !port) return []
  const bytes = (address.match(/.{8}/g) ?? []).map((word) => word.match(/../g)!.reverse().join(''))
  const text = bytes.join('').toLowerCase()
  const loopback =
    text.length === 8 ? text.startsWith('7f') : /^0{31}1$/.test(text) || /^0{20}ffff7f/.test(text)
  const shown =
    text.length === 8
      ? text
          .match(/../g)!
          .map((byte) => Number.parseInt(byte, 16))
          .join('.')
      : `[${text.match(/.{4}/g)!.join(':')}]`
  return [{ port: Number.parseInt(port, 16), address: shown, inode: Number(fields[9]), outside: !loopback }]
}

/** `pid 1 (node server.js) Uid: 0 0 0 0`: one process as evidence. */
export function describeProcess(process: KernelProcess): string {
  const command = process.command || `[${process.name}]`
  return `pid ${process.pid} (${command.slice(0, 200)}) Uid: ${process.uids.join(' ')}`
}

/** Real, effective, saved or file system uid 0. */
export function isRoot(process: KernelProcess): boolean {
  return process.uids.includes(0)
}
