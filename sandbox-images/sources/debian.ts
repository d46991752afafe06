import { existsSync } from 'node:fs'
import type { Arch } from '../recipe.ts'
import { runTool } from './process.ts'

/** Debian 12. The release is pinned; within it, packages are as new as the mirror has them. */
export const SUITE = 'bookworm'

const MERGED_USR_HOOK = '/usr/share/mmdebstrap/hooks/merged-usr'
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

export interface DebianTree {
  /** `minbase`: a system. `extract`: only what the named packages contain, unpacked and not configured. */
  variant: 'minbase' | 'extract'
  packages: string[]
  /** dpkg options that are also kept in the tree, as `path-exclude=/usr/share/man/*`. */
  dpkgOptions?: string[]
  /** mmdebstrap hooks: `['--customize-hook=…']`. */
  hooks?: string[]
}

/**
 * A Debian tree as a tar archive at `path`, made by mmdebstrap from signed packages. Needs root, mmdebstrap and
 * debian-archive-keyring. Times in the archive are those of the packages, none is later than the epoch given, so the same
 * packages give the same bytes.
 */
export async function debianTar(
  path: string,
  tree: DebianTree,
  options: { arch: Arch; signal?: AbortSignal; onStep?: (detail: string) => void },
): Promise<void> {
  const merged = tree.variant === 'minbase'
  const packages = merged ? ['usr-is-merged', ...tree.packages] : tree.packages
  const sources = await hostMirrors(options.signal)
  await runTool(
    [
      'mmdebstrap',
      `--variant=${tree.variant}`,
      '--format=tar',
      '--skip=output/dev', // device nodes: an engine in a user namespace cannot make them, and every container gets its own /dev
      `--architectures=${options.arch}`,
      `--include=${packages.join(',')}`,
      ...(existsSync(KEYRING) ? [`--keyring=${KEYRING}`] : []),
      ...(merged && existsSync(MERGED_USR_HOOK) ? [`--hook-dir=${MERGED_USR_HOOK}`] : []),
      ...(tree.dpkgOptions ?? []).map((option) => `--dpkgopt=${option}`),
      ...(tree.hooks ?? []),
      SUITE,
      path,
      ...sources,
    ],
    {
      signal: options.signal,
      env: { SOURCE_DATE_EPOCH: '0', ...(await aptProxy(options.signal)) },
      onLine: (line) => {
        const step = /^I: (.+?)(\.\.\.)?$/.exec(line)?.[1]
        if (step && !step.includes('/tmp')) options.onStep?.(step)
      },
    },
  )
}

/** sources.list lines for SUITE with the mirrors that this Debian host uses itself; none elsewhere: mmdebstrap knows Debian's own. */
async function hostMirrors(signal?: AbortSignal): Promise<string[]> {
  const format = '$(REPO_URI) $(ORIGIN) $(RELEASE)'
  const listing = await runTool(['apt-get', 'indextargets', '--format', format], { signal }).catch(() => '')
  let main: string | undefined
  let security: string | undefined
  for (const line of listing.split('\n')) {
    const [uri, origin, release = ''] = line.split(' ')
    if (origin !== 'Debian' || !/^https?:/.test(uri ?? '')) continue
    if (release.includes('security')) security ??= uri
    else if (!release.includes('backports')) main ??= uri
  }
  if (!main || !security) return []
  return [
    `deb ${main} ${SUITE} main`,
    `deb ${main} ${SUITE}-updates main`,
    `deb ${security} ${SUITE}-security main`,
  ]
}

/** mmdebstrap has its own apt configuration: a proxy set in the host's would be lost, and must not end up in the tree. */
async function aptProxy(signal?: AbortSignal): Promise<Record<string, string>> {
  const shell = await runTool(['apt-config', 'shell', 'PROXY', 'Acquire::http::Proxy'], { signal }).catch(
    () => '',
  )
  const proxy = /^PROXY='(.+)'$/m.exec(shell)?.[1]
  return proxy && proxy !== 'DIRECT' && !process.env.http_proxy ? { http_proxy: proxy } : {}
}
