import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hostArch } from '../recipe.ts'
import { type DebianTree, debianTar } from '../sources/debian.ts'

const FILES = join(import.meta.dirname, 'files')

const TREE: DebianTree = {
  variant: 'minbase',
  packages: [
    'docker.io',
    'tini',
    'iproute2',
    'iptables',
    'procps',
    'dnsmasq-base',
    'socat',
    'python3',
    'ca-certificates',
    'git',
    'nano',
    'vim-tiny',
    'less',
    'curl',
    'jq',
    'file',
    'tree',
    'xz-utils',
    'libcap2-bin',
    'bash-completion',
  ],
  // Nobody reads manuals in another language here; a third of the size.
  dpkgOptions: [
    'path-exclude=/usr/share/locale/*',
    'path-exclude=/usr/share/doc/*',
    'path-exclude=/usr/share/man/*/*',
    'path-include=/usr/share/doc/*/copyright',
  ],
  hooks: [
    // uid and gid 1000: the same person as in the lessons' containers.
    '--customize-hook=chroot "$1" useradd --uid 1000 --user-group --groups docker --create-home --shell /bin/bash learner',
    '--customize-hook=install -d -o 1000 -g 1000 "$1/home/learner/work"',
    `--customize-hook=cp -r --no-target-directory "${FILES}" "$1"`,
    '--customize-hook=chmod 755 "$1"/usr/lib/drydock/*',
    // A berth's resolver is its own helper; its host name is on its own address.
    '--customize-hook=printf "nameserver 10.99.0.1\\n" > "$1/etc/resolv.conf"; printf "127.0.0.1 localhost lab-host\\n" > "$1/etc/hosts"; echo lab-host > "$1/etc/hostname"',
    '--customize-hook=rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/* "$1"/var/log/*; rm -f "$1"/etc/ssh/ssh_host_*',
  ],
}

/** The golden root as a tar archive at `path`; root, mmdebstrap. */
export async function goldenRootTar(
  path: string,
  options: { signal?: AbortSignal; onStep?: (detail: string) => void },
): Promise<void> {
  await debianTar(path, TREE, { arch: hostArch(), ...options })
}

/** Hex; changes when the tree would: its packages' names, its files, the architecture. Package versions are the mirror's of the day. */
export async function goldenRootHash(): Promise<string> {
  const hash = createHash('sha256')
    .update(hostArch())
    .update(JSON.stringify({ ...TREE, hooks: TREE.hooks?.map((hook) => hook.replaceAll(FILES, '')) }))
  const entries = await readdir(FILES, { recursive: true, withFileTypes: true })
  for (const path of entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()) {
    hash.update(`\0${path.slice(FILES.length)}\0`).update(await readFile(path))
  }
  return hash.digest('hex')
}
