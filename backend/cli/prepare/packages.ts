import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

/** A Debian package that Drydock uses, why, and the files that show that it (or another distribution's equal) is there. */
export interface SystemPackage {
  name: string
  why: string
  anyOf: string[]
  /** The program must not need shared libraries: it runs where there are none. */
  isStatic?: boolean
}

const inPath = (program: string) =>
  ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/bin', '/sbin'].map(
    (dir) => `${dir}/${program}`,
  )

export const LAB_PACKAGES: SystemPackage[] = [
  { name: 'crun', why: 'starts the private Docker hosts', anyOf: inPath('crun') },
  {
    name: 'mmdebstrap',
    why: 'makes their root file system from Debian packages',
    anyOf: inPath('mmdebstrap'),
  },
  {
    name: 'debian-archive-keyring',
    why: 'checks the signatures of those packages',
    anyOf: ['/usr/share/keyrings/debian-archive-keyring.gpg'],
  },
  { name: 'e2fsprogs', why: 'makes their disks', anyOf: inPath('mkfs.ext4') },
  {
    name: 'busybox-static',
    why: 'is in the image that looks at containers',
    anyOf: inPath('busybox'),
    isStatic: true,
  },
]

export const TEST_PACKAGES: SystemPackage[] = [
  { name: 'chromium', why: 'runs the browser tests', anyOf: inPath('chromium') },
  {
    name: 'fonts-noto-cjk',
    why: 'shows Japanese in it',
    anyOf: ['/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'],
  },
]

/** The packages of the list that are not there. */
export function missing(packages: SystemPackage[]): SystemPackage[] {
  return packages.filter(
    (wanted) => !wanted.anyOf.some((file) => existsSync(file) && (!wanted.isStatic || isStatic(file))),
  )
}

/** An ELF program that names no loader (`PT_INTERP`) needs no libraries. The loader's path stands in the first page. */
function isStatic(file: string): boolean {
  return !readFileSync(file).subarray(0, 4096).includes('/ld-')
}

/** True on Debian, Ubuntu and what descends from them. */
export async function hasApt(osRelease = '/etc/os-release', programs = inPath('apt-get')): Promise<boolean> {
  const text = await readFile(osRelease, 'utf8').catch(() => '')
  const value = (key: string) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? ''
  return (
    /\b(debian|ubuntu)\b/.test(`${value('ID')} ${value('ID_LIKE')}`) &&
    programs.some((file) => existsSync(file))
  )
}
