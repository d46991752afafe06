import type { PrepareRequest } from '../recipe.ts'
import { artifact } from '../sources/artifact.ts'
import { debianTar } from '../sources/debian.ts'

// What makes it "slim", as in the official image: no manuals, no documentation but the licences, no translations.
const SLIM = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/groff/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/lintian/*',
  'path-exclude=/usr/share/linda/*',
  'path-exclude=/usr/share/locale/*',
  'path-include=/usr/share/locale/locale.alias',
]

/** Brings `rootfs.tar`. */
export async function prepare(request: PrepareRequest): Promise<void> {
  await artifact(request, 'debian:bookworm-slim', 'rootfs.tar', (path, onStep) =>
    debianTar(
      path,
      {
        variant: 'minbase',
        // setcap is not in the official image; where a berth has no network, apt could not bring it to the lesson about port 80.
        packages: ['tzdata', 'libcap2-bin'],
        dpkgOptions: SLIM,
        hooks: [
          '--customize-hook=rm -f "$1/etc/hostname" "$1/etc/resolv.conf"', // the engine brings them; the host's must not leak in
        ],
      },
      { arch: request.arch, signal: request.signal, onStep },
    ),
  )
}
