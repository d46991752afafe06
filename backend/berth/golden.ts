import { chown, mkdir, open, readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { command } from './command.ts'
import { mountLoop } from './disk.ts'

/**
 * What bake made and all berths of this machine share: `golden.img` (ext4: `usr`, and every base image layer's files under `layers/<overlay2
 * id>/diff`), `template.img` (ext4: etc, var, home, root of a berth that has not been used), `manifest.json`.
 */
export const GoldenManifest = z.object({
  format: z.literal(1),
  layers: z.array(z.string()),
  images: z.array(z.string()),
  /** Recipe → the official image that it was pulled as, by digest; empty where all were built. */
  pulled: z.record(z.string(), z.string()).default({}),
  baked: z.string(),
})
export type GoldenManifest = z.infer<typeof GoldenManifest>

export interface Golden {
  usr: string
  layers: { id: string; diff: string }[]
  template: string
  manifest: GoldenManifest
}

/** Mounts the golden file system at `mountPoint`, read-only at the superblock: the one protection that no remount in a berth can undo. */
export async function mountGolden(goldenDir: string, mountPoint: string): Promise<Golden & AsyncDisposable> {
  const manifest = GoldenManifest.parse(JSON.parse(await readFile(join(goldenDir, 'manifest.json'), 'utf8')))
  await mkdir(mountPoint, { recursive: true, mode: 0o711 })
  await mountLoop(join(goldenDir, 'golden.img'), mountPoint, 'ro')
  // Held open: a later bake may remove the files, and this lab goes on with what it began with.
  const template = await open(join(goldenDir, 'template.img'))
  return {
    usr: join(mountPoint, 'usr'),
    layers: manifest.layers.map((id) => ({ id, diff: join(mountPoint, 'layers', id, 'diff') })),
    template: `/proc/${process.pid}/fd/${template.fd}`,
    manifest,
    async [Symbol.asyncDispose]() {
      await template.close()
      await command('umount', ['--lazy', mountPoint]).catch(() => {})
    },
  }
}

/** The berth's `/`: a small tmpfs of mount points, so that nothing the learner's root writes there reaches the host's disk. */
export async function mountSkeleton(dir: string, owner: number): Promise<void> {
  await mkdir(dir, { recursive: true })
  await command('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=4m,mode=755,uid=${owner},gid=${owner}`,
    'drydock-berth',
    dir,
  ])
  for (const name of [
    'usr',
    'etc',
    'var',
    'home',
    'root',
    'proc',
    'sys',
    'dev',
    'run',
    'tmp',
    'mnt',
    'media',
    'opt',
    'srv',
    'boot',
  ]) {
    await mkdir(join(dir, name))
    await chown(join(dir, name), owner, owner)
  }
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${name}`, join(dir, name))
}
