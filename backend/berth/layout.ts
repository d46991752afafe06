import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/**
 * Where one lab (one data directory) keeps what belongs to its berths. Sockets and mount points lie under /run, whose short paths fit
 * the 108 bytes of a Unix socket's address (unix(7)); learners' disks under the data directory.
 */
export interface Layout {
  /** Names this lab among others on the machine: its cgroups, its run directory, its block of uids. 8 hex digits. */
  lab: string
  runDir: string
  /** Learners' disk images and their mount points, 0700. */
  diskDir: string
  cacheDir: string
}

export async function openLayout(dataDir: string, cacheDir: string): Promise<Layout> {
  const lab = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 8)
  const layout = {
    lab,
    runDir: join('/run/drydock', lab),
    diskDir: join(resolve(dataDir), 'berths'),
    cacheDir: resolve(cacheDir),
  }
  // 0711: a berth's runtime walks through these as the berth's uid; it needs no listing.
  await mkdir('/run/drydock', { recursive: true, mode: 0o711 })
  await mkdir(layout.runDir, { recursive: true, mode: 0o711 })
  await mkdir(resolve(dataDir), { recursive: true, mode: 0o755 })
  await mkdir(layout.diskDir, { recursive: true, mode: 0o700 })
  return layout
}
