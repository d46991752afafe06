import { constants } from 'node:fs'
import { copyFile, mkdir, rm, rmdir, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from './command.ts'

/**
 * A berth's own file system: a sparse copy of the template image, grown to the learner's limit and mounted through a loop device, so
 * that a learner can fill their own disk and nobody else's. Mounted in the launcher's private mount namespace: when the launcher and
 * the berth are gone, the kernel unmounts it and frees the loop device by itself.
 */
export interface Disk extends AsyncDisposable {
  mountPoint: string
}

export async function openDisk(template: string, dir: string, bytes: number): Promise<Disk> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const image = join(dir, 'disk.img')
  const mountPoint = join(dir, 'mnt')
  await mkdir(mountPoint, { mode: 0o700, recursive: true })
  const disk = {
    mountPoint,
    async [Symbol.asyncDispose]() {
      await command('umount', ['--lazy', mountPoint]).catch(() => {})
      await rmdir(mountPoint).catch(() => {})
      await rm(dir, { recursive: true, force: true, maxRetries: 3 })
    },
  }
  try {
    await copySparse(template, image)
    await resize(image, bytes)
    await mountLoop(image, mountPoint, 'noinit_itable')
  } catch (error) {
    await disk[Symbol.asyncDispose]()
    throw error
  }
  return disk
}

async function copySparse(from: string, to: string): Promise<void> {
  // A reflink where the file system has them (btrfs, xfs); cp finds the holes elsewhere.
  await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).catch(() =>
    command('cp', ['--sparse=always', from, to]),
  )
}

/** The file system inside changes with the file: it is what refuses to hold more. */
async function resize(image: string, bytes: number): Promise<void> {
  if ((await stat(image)).size === bytes) return
  if (bytes > (await stat(image)).size) await truncate(image, bytes)
  await command('resize2fs', ['-f', image, `${Math.floor(bytes / 1024)}K`])
}

/** `ro` makes the superblock read-only: no remount from inside a berth can undo that. */
export async function mountLoop(image: string, mountPoint: string, ...options: string[]): Promise<void> {
  await command('mount', [
    '-t',
    'ext4',
    '-o',
    ['loop', 'nodev', 'noatime', ...options].join(','),
    image,
    mountPoint,
  ])
}
