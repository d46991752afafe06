/** What `docker run` can ask for, in the engine API's meaning. The run command's parser writes it, the engine reads it. */
export interface ContainerSpec {
  image: string
  name?: string
  command?: string[]
  entrypoint?: string[]
  env?: string[]
  user?: string
  workingDir?: string
  hostname?: string
  domainname?: string
  labels?: Record<string, string>
  tty?: boolean
  openStdin?: boolean
  readOnly?: boolean
  tmpfs?: Record<string, string>
  /** `source:target[:options]` as `-v` takes it. */
  binds?: string[]
  mounts?: {
    type: 'bind' | 'volume' | 'tmpfs'
    source?: string
    target: string
    readOnly?: boolean
    /** Of a bind: `rprivate` and its like. */
    propagation?: string
    /** Of a volume: do not fill it with the image's files. */
    noCopy?: boolean
    tmpfsSizeBytes?: number
    /** Permission bits. */
    tmpfsMode?: number
  }[]
  capAdd?: string[]
  capDrop?: string[]
  securityOpt?: string[]
  /** `--security-opt systempaths=unconfined`: nothing of /proc and /sys is masked or read-only. */
  systemPathsUnconfined?: boolean
  sysctls?: Record<string, string>
  privileged?: boolean
  /** `bridge`, `host`, `none`, `container:ID` or a network's name. */
  network?: string
  networkAliases?: string[]
  /** `host` or `container:ID`. */
  pid?: string
  ipc?: string
  userns?: string
  uts?: string
  cgroupns?: string
  runtime?: string
  /** `containerPort/proto` with where it is published. */
  ports?: { container: number; protocol: 'tcp' | 'udp'; host?: number; hostIp?: string }[]
  /** Published on ports of the engine's choice when `publishAll` is true, with those of the image. */
  exposed?: { container: number; protocol: 'tcp' | 'udp' }[]
  publishAll?: boolean
  memoryBytes?: number
  memoryReservationBytes?: number
  /** Memory and swap together; -1: as much as there is. */
  memorySwapBytes?: number
  nanoCpus?: number
  cpuShares?: number
  cpuPeriod?: number
  cpuQuota?: number
  cpusetCpus?: string
  oomScoreAdj?: number
  pidsLimit?: number
  ulimits?: { name: string; soft: number; hard: number }[]
  init?: boolean
  restart?: string
  groupAdd?: string[]
  addHosts?: string[]
  dns?: string[]
  dnsSearch?: string[]
  dnsOptions?: string[]
  stopSignal?: string
  stopTimeout?: number
  shmSizeBytes?: number
  autoRemove?: boolean
  devices?: string[]
  cgroupParent?: string
  logDriver?: string
  logOptions?: Record<string, string>
  /** `none`: without the image's. What is left out is as the image says. `command` runs in the image's shell. */
  healthcheck?:
    | 'none'
    | { command?: string; intervalMs?: number; timeoutMs?: number; startPeriodMs?: number; retries?: number }
}
