import type { ContainerSpec } from './port.ts'

/** `POST /containers/create` of API 1.40 and later. What the spec leaves out is left out, so that the engine's defaults hold. */
export function createBody(spec: ContainerSpec, labels: Record<string, string>): Record<string, unknown> {
  return {
    Image: spec.image,
    Cmd: spec.command,
    Entrypoint: spec.entrypoint,
    Env: spec.env,
    User: spec.user,
    WorkingDir: spec.workingDir,
    Hostname: spec.hostname,
    Domainname: spec.domainname,
    Labels: { ...spec.labels, ...labels },
    Tty: spec.tty,
    OpenStdin: spec.openStdin,
    StopSignal: spec.stopSignal,
    StopTimeout: spec.stopTimeout,
    Healthcheck: healthcheck(spec.healthcheck),
    ExposedPorts: exposedPorts(spec),
    HostConfig: hostConfig(spec, labels),
    NetworkingConfig:
      spec.network && spec.networkAliases
        ? { EndpointsConfig: { [spec.network]: { Aliases: spec.networkAliases } } }
        : undefined,
  }
}

function exposedPorts(spec: ContainerSpec): Record<string, object> | undefined {
  if (!spec.ports && !spec.exposed) return undefined
  return Object.fromEntries(
    [...(spec.exposed ?? []), ...(spec.ports ?? [])].map((port) => [portKey(port), {}]),
  )
}

const NANOSECONDS_PER_MS = 1_000_000

function healthcheck(check: ContainerSpec['healthcheck']): Record<string, unknown> | undefined {
  if (check === undefined) return undefined
  if (check === 'none') return { Test: ['NONE'] }
  const nanoseconds = (ms?: number) => (ms === undefined ? undefined : Math.round(ms * NANOSECONDS_PER_MS))
  return {
    Test: check.command === undefined ? undefined : ['CMD-SHELL', check.command],
    Interval: nanoseconds(check.intervalMs),
    Timeout: nanoseconds(check.timeoutMs),
    StartPeriod: nanoseconds(check.startPeriodMs),
    Retries: check.retries,
  }
}

type Port = NonNullable<ContainerSpec['ports']>[number]
const portKey = (port: Pick<Port, 'container' | 'protocol'>) => `${port.container}/${port.protocol}`

function hostConfig(spec: ContainerSpec, labels: Record<string, string>): Record<string, unknown> {
  return {
    NetworkMode: spec.network,
    PidMode: spec.pid,
    IpcMode: spec.ipc,
    UsernsMode: spec.userns,
    UTSMode: spec.uts,
    CgroupnsMode: spec.cgroupns,
    Runtime: spec.runtime,
    PublishAllPorts: spec.publishAll,
    PortBindings: spec.ports && bindings(spec.ports),
    ReadonlyRootfs: spec.readOnly,
    Tmpfs: spec.tmpfs,
    Binds: spec.binds,
    Mounts: spec.mounts?.map((mount) => ({
      Type: mount.type,
      Source: mount.source,
      Target: mount.target,
      ReadOnly: mount.readOnly,
      BindOptions: mount.propagation === undefined ? undefined : { Propagation: mount.propagation },
      VolumeOptions: mount.type === 'volume' ? { Labels: labels, NoCopy: mount.noCopy } : undefined,
      TmpfsOptions:
        mount.type === 'tmpfs' ? { SizeBytes: mount.tmpfsSizeBytes, Mode: mount.tmpfsMode } : undefined,
    })),
    CapAdd: spec.capAdd,
    CapDrop: spec.capDrop,
    SecurityOpt: spec.securityOpt,
    MaskedPaths: spec.systemPathsUnconfined ? [] : undefined,
    ReadonlyPaths: spec.systemPathsUnconfined ? [] : undefined,
    Sysctls: spec.sysctls,
    Privileged: spec.privileged,
    Memory: spec.memoryBytes,
    MemoryReservation: spec.memoryReservationBytes,
    MemorySwap: spec.memorySwapBytes,
    NanoCpus: spec.nanoCpus,
    CpuShares: spec.cpuShares,
    CpuPeriod: spec.cpuPeriod,
    CpuQuota: spec.cpuQuota,
    CpusetCpus: spec.cpusetCpus,
    OomScoreAdj: spec.oomScoreAdj,
    PidsLimit: spec.pidsLimit,
    Ulimits: spec.ulimits?.map((u) => ({ Name: u.name, Soft: u.soft, Hard: u.hard })),
    Init: spec.init,
    RestartPolicy: spec.restart === undefined ? undefined : restartPolicy(spec.restart),
    GroupAdd: spec.groupAdd,
    ExtraHosts: spec.addHosts,
    Dns: spec.dns,
    DnsSearch: spec.dnsSearch,
    DnsOptions: spec.dnsOptions,
    ShmSize: spec.shmSizeBytes,
    AutoRemove: spec.autoRemove,
    Devices: spec.devices?.map(device),
    CgroupParent: spec.cgroupParent,
    LogConfig:
      spec.logDriver === undefined && spec.logOptions === undefined
        ? undefined
        : { Type: spec.logDriver ?? '', Config: spec.logOptions },
  }
}

/** A port without `host` is published on one the engine chooses. */
function bindings(ports: Port[]): Record<string, { HostIp: string; HostPort: string }[]> {
  const byPort: Record<string, { HostIp: string; HostPort: string }[]> = {}
  for (const port of ports) {
    byPort[portKey(port)] ??= []
    byPort[portKey(port)]!.push({
      HostIp: port.hostIp ?? '',
      HostPort: port.host === undefined ? '' : String(port.host),
    })
  }
  return byPort
}

/** `on-failure:3`. */
function restartPolicy(restart: string): Record<string, unknown> {
  const [name, count] = restart.split(':')
  return { Name: name, MaximumRetryCount: count === undefined ? undefined : Number(count) }
}

/** `/dev/host:/dev/inside:rwm`, as `--device` takes it. */
function device(text: string): Record<string, string> {
  const [host = '', second, third] = text.split(':')
  const permissionsOnly = second !== undefined && !second.startsWith('/')
  return {
    PathOnHost: host,
    PathInContainer: second === undefined || permissionsOnly ? host : second,
    CgroupPermissions: (permissionsOnly ? second : third) ?? 'rwm',
  }
}

/** Named volumes of `-v`: the engine would make them without labels. */
export function namedVolumes(spec: ContainerSpec): string[] {
  return (spec.binds ?? []).flatMap((bind) => /^([a-zA-Z0-9][\w.-]*):/.exec(bind)?.[1] ?? [])
}
