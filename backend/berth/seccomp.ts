/**
 * What no berth may ask of the kernel that all share. A berth's root has every capability in its own user namespace, so the kernel's
 * own checks are mostly enough; this takes away attack surface and shared objects. Denied with ENOSYS where software then falls back
 * (runc and the engine take EPERM from keyctl for a fault, see runc's "unable to join session keyring"), with EPERM elsewhere.
 */
const ENOSYS = [
  'add_key',
  'keyctl',
  'request_key', // keyrings are per uid but counted and named kernel-wide
  'io_uring_setup',
  'io_uring_enter',
  'io_uring_register', // a long history of kernel escapes, and seccomp cannot look inside
  'userfaultfd', // the usual tool to win a kernel race
]
const EPERM = [
  'bpf',
  'perf_event_open',
  'fanotify_init',
  'open_by_handle_at',
  'lookup_dcookie',
  'kexec_load',
  'kexec_file_load',
  'init_module',
  'finit_module',
  'delete_module',
  'create_module',
  'query_module',
  'get_kernel_syms',
  'reboot',
  'swapon',
  'swapoff',
  'acct',
  'quotactl',
  'nfsservctl',
  '_sysctl',
  'uselib',
  'ustat',
  'sysfs',
  'vm86',
  'vm86old',
  'iopl',
  'ioperm',
  'modify_ldt',
  'clock_settime',
  'clock_settime64',
  'settimeofday',
  'stime',
  'adjtimex',
  'clock_adjtime',
  'clock_adjtime64',
  'syslog',
]

const ARCHITECTURES: Record<string, string[]> = {
  x64: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
  arm64: ['SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM'],
}

/** The `linux.seccomp` section of an OCI runtime configuration. `arch` as in process.arch. */
export function berthSeccomp(arch: string) {
  return {
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: ARCHITECTURES[arch] ?? [],
    syscalls: [
      { names: ENOSYS, action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
      { names: EPERM, action: 'SCMP_ACT_ERRNO', errnoRet: 1 },
    ],
  }
}
