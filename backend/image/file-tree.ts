import { posix } from 'node:path'
import type { EntryKind, LayerEntry } from './description.ts'
import { normalPath, type TarEntry } from './tar-reader.ts'

interface Node {
  children: Map<string, Node>
  /** Undefined for a directory that no layer lists by itself. */
  entry?: LayerEntry
  layer: number
}

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'
const KINDS: Record<string, EntryKind> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'directory',
  symlink: 'symlink',
  link: 'link',
  'character-device': 'device',
  'block-device': 'device',
  fifo: 'fifo',
}
const LINKS_FOLLOWED = 40 // the kernel's own limit

/** The file system of an image, layer upon layer: what each layer changed, and what is left in the end. */
export class FileTree {
  readonly #root: Node = { children: new Map(), layer: -1 }

  /** Lays the next layer over the tree; gives its entries with what they changed. */
  add(layer: number, entries: readonly TarEntry[]): LayerEntry[] {
    const changes: LayerEntry[] = []
    const files: TarEntry[] = []
    // Removals concern the layers below alone, wherever they stand in the tar.
    for (const entry of entries) {
      const name = posix.basename(entry.path)
      if (!name.startsWith(WHITEOUT)) files.push(entry)
      else {
        const removal = this.#remove(entry, name)
        if (removal) changes.push(removal)
      }
    }
    for (const entry of files) {
      const { path } = entry
      const node = this.#reach(path, layer)
      const change = node.entry ? 'changed' : 'added'
      const kind = KINDS[entry.type ?? ''] ?? 'other'
      const target =
        kind === 'link' ? normalPath(entry.target) : kind === 'symlink' ? entry.target : undefined
      const { mode, uid, gid } = entry
      node.entry = {
        path,
        kind,
        change,
        bytes: kind === 'file' ? entry.bytes : 0,
        mode,
        uid,
        gid,
        ...(target !== undefined && { target }),
      }
      node.layer = layer
      if (kind !== 'directory') node.children.clear()
      changes.push(node.entry)
    }
    return changes
  }

  /** The entry that stands at a path in the end, and the layer it comes from; symlinks are not followed. */
  at(path: string): { entry?: LayerEntry; layer: number } | undefined {
    return this.#find(normalPath(path).split('/'))
  }

  /** The file behind a path as a process in the container would open it. Undefined: none, or links in a circle. */
  resolve(path: string): { entry: LayerEntry; layer: number } | undefined {
    let wanted = normalPath(path).split('/')
    for (let links = 0; links <= LINKS_FOLLOWED; links++) {
      let depth = 0
      let node: Node | undefined = this.#root
      while (node && depth < wanted.length && node.entry?.kind !== 'symlink')
        node = node.children.get(wanted[depth++]!)
      if (!node?.entry) return undefined
      if (node.entry.kind !== 'symlink') return { entry: node.entry, layer: node.layer }
      const target = posix.resolve('/', wanted.slice(0, depth - 1).join('/'), node.entry.target ?? '')
      wanted = [...normalPath(target).split('/'), ...wanted.slice(depth)].filter((part) => part !== '')
    }
    return undefined
  }

  #remove(entry: TarEntry, name: string): LayerEntry | undefined {
    const parent = posix.dirname(entry.path)
    const directory = parent === '.' ? '' : parent
    const { mode, uid, gid } = entry
    const common = { bytes: 0, mode, uid, gid }
    if (name === OPAQUE) {
      this.#find(directory.split('/'))?.children.clear()
      return { ...common, path: directory, kind: 'directory', change: 'opaque' }
    }
    if (name.startsWith(`${WHITEOUT}${WHITEOUT}`)) return undefined // the old aufs driver's bookkeeping
    const gone = name.slice(WHITEOUT.length)
    const path = posix.join(directory, gone)
    const holder = this.#find(directory.split('/'))
    const kind = holder?.children.get(gone)?.entry?.kind ?? 'other'
    holder?.children.delete(gone)
    return { ...common, path, kind, change: 'removed' }
  }

  #find(parts: string[]): Node | undefined {
    let node: Node | undefined = this.#root
    for (const part of parts) if (part !== '') node = node?.children.get(part)
    return node
  }

  #reach(path: string, layer: number): Node {
    let node = this.#root
    for (const part of path.split('/')) {
      if (part === '') continue
      let child = node.children.get(part)
      if (!child) {
        child = { children: new Map(), layer }
        node.children.set(part, child)
      }
      node = child
    }
    return node
  }
}
