import { berthSeccomp } from './seccomp.ts'
import { IDS_PER_BERTH } from './uids.ts'

/** What a berth's OCI configuration is made of. Paths are the host's. */
export interface SpecInput {
  hostname: string
  firstUid: number
  /** Read-only at the superblock, except while the golden root itself is baked. */
  usr: string
  /** Holds the berth's own etc, var, home and root. */
  disk: string
  /** Image layers that all berths share: overlay2 id → its diff folder on the golden file system. */
  layers: { id: string; diff: string }[]
  services: string
  rootfs: string
  cgroupsPath: string
  arch: string
  /** Only while baking: the host's network, so that images can be pulled. */
  hostNetwork?: boolean
  env?: Record<string, string>
}

// Every capability, all of them only over the berth's own user namespace, where the kernel gives a full bounding set even on a host that
// lacks some (user_namespaces(7)). With one missing, the engine inside could not start `--privileged` containers.
const CAPABILITIES = (
  'AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK ' +
  'IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP ' +
  'SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM'
)
  .split(' ')
  .map((name) => `CAP_${name}`)

/** The engine's socket is fd 3, the agent's fd 4 (systemd's LISTEN_FDS convention, sd_listen_fds(3)). */
export const PASSED_SOCKETS = 2

/** An OCI runtime configuration (runtime-spec 1.0.2) for crun >= 1.5. */
export function berthSpec(input: SpecInput) {
  const map = [{ containerID: 0, hostID: input.firstUid, size: IDS_PER_BERTH }]
  const idmapped = (source: string, destination: string, ...options: string[]) => ({
    destination,
    type: 'bind',
    source,
    options: ['bind', 'idmap', 'private', ...options],
  })
  const kernel = (type: string, destination: string, ...options: string[]) => ({
    destination,
    type,
    source: type,
    options,
  })
  const namespaces = [
    'user',
    'pid',
    'ipc',
    'uts',
    'mount',
    'cgroup',
    ...(input.hostNetwork ? [] : ['network']),
  ]
  return {
    ociVersion: '1.0.2',
    hostname: input.hostname,
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      cwd: '/',
      args: ['/usr/bin/tini', '-s', '--', '/usr/lib/drydock/init'],
      env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'HOME=/root',
        ...Object.entries(input.env ?? {}).map(([name, value]) => `${name}=${value}`),
      ],
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      noNewPrivileges: false, // SUID programs in learners' containers are part of the lessons
      // No oomScoreAdj: where root holds CAP_SYS_RESOURCE it would also become the least that the berth may set (proc(5)), and the engine
      // inside starts every container at 0.
    },
    root: { path: input.rootfs, readonly: false },
    mounts: [
      idmapped(input.usr, '/usr', 'ro', 'nodev'),
      ...['etc', 'var', 'home', 'root'].map((name) => idmapped(`${input.disk}/${name}`, `/${name}`, 'nodev')),
      // A mount of its own and shared: else the engine makes it private itself and loses the layers below.
      {
        ...idmapped(`${input.disk}/var/lib/docker`, '/var/lib/docker', 'nodev'),
        options: ['bind', 'idmap', 'shared', 'nodev'],
      },
      ...input.layers.map((layer) =>
        idmapped(layer.diff, `/var/lib/docker/overlay2/${layer.id}/diff`, 'ro', 'nodev'),
      ),
      kernel('proc', '/proc'),
      // sysfs shows a network namespace, so only that namespace's owner may mount it.
      input.hostNetwork
        ? { destination: '/sys', type: 'bind', source: '/sys', options: ['rbind', 'ro', 'rslave'] }
        : kernel('sysfs', '/sys', 'nosuid', 'noexec', 'nodev'),
      kernel('tmpfs', '/dev', 'nosuid', 'strictatime', 'mode=755', 'size=1m'),
      kernel('devpts', '/dev/pts', 'nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'),
      kernel('tmpfs', '/dev/shm', 'nosuid', 'nodev', 'mode=1777', 'size=64m'),
      kernel('mqueue', '/dev/mqueue', 'nosuid', 'noexec', 'nodev'),
      kernel('tmpfs', '/run', 'nosuid', 'nodev', 'mode=755', 'size=64m'),
      kernel('tmpfs', '/tmp', 'nosuid', 'nodev', 'mode=1777', 'size=256m'),
      kernel('cgroup', '/sys/fs/cgroup', 'nosuid', 'noexec', 'nodev', 'relatime', 'rw'),
      {
        destination: '/run/drydock',
        type: 'bind',
        source: input.services,
        options: ['bind', 'private', 'ro', 'nosuid', 'nodev', 'noexec'],
      },
    ],
    linux: {
      namespaces: namespaces.map((type) => ({ type })),
      uidMappings: map,
      gidMappings: map,
      cgroupsPath: input.cgroupsPath,
      // The device list in force on the host is what counts; mknod gives nothing in a user namespace.
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      maskedPaths: [],
      readonlyPaths: [],
      seccomp: berthSeccomp(input.arch),
    },
  }
}
