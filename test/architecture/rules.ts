import { posix } from 'node:path'

export interface Source {
  /** From the root of the clone. */
  path: string
  imports: string[]
}

interface Rule {
  says: string
  /** The files that it binds. */
  binds: (path: string) => boolean
  /** `target` is a path of the clone, or a package's name as it is written. */
  allows: (target: string, path: string) => boolean
}

const within =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path === folder || path.startsWith(`${folder}/`))
const isTest = (path: string) => /\.test\.[mc]?[jt]s$|^test\//.test(path)
const isOurs = (target: string) =>
  within('backend', 'bin', 'lessons', 'sandbox-images', 'site', 'test')(target)
const packageOf = (target: string) =>
  isOurs(target)
    ? undefined
    : target
        .split('/')
        .slice(0, target.startsWith('@') ? 2 : 1)
        .join('/')
const onlyIn = (packages: string[], ...places: string[]) => ({
  binds: (path: string) => !isTest(path) && !within(...places)(path),
  allows: (target: string) => !packages.includes(packageOf(target) ?? ''),
})

/** The one impure file among the lessons' format. */
const LOADER = 'lessons/format/load.ts'
const pure = (path: string) =>
  within('backend/protocol', 'lessons/format')(path) && path !== LOADER && !isTest(path)

export const RULES: Rule[] = [
  {
    says: 'backend/protocol and lessons/format are pure: nothing of Node.js, nothing of other rooms',
    binds: pure,
    allows: (target) => !target.startsWith('node:') && (!isOurs(target) || pure(target)),
  },
  {
    says: 'the site knows the backend only by its protocol and the lessons only by their format',
    binds: (path) => within('site')(path) && !isTest(path),
    allows: (target) =>
      !isOurs(target) ||
      within('site')(target) ||
      pure(target) ||
      (within('lessons')(target) && !target.endsWith('.ts')),
  },
  {
    says: 'dockerode only in the engine’s adapter',
    ...onlyIn(['dockerode', 'docker-modem'], 'backend/engine/docker.ts', 'backend/engine/buildkit.ts'),
  },
  {
    says: 'ws and fastify only in the server',
    ...onlyIn(['ws', 'fastify', '@fastify/static'], 'backend/server'),
  },
  { says: 'commander only in the command line', ...onlyIn(['commander'], 'backend/cli') },
  {
    says: 'no room imports session or server: main.ts wires them',
    binds: (path) => !isTest(path) && path !== 'backend/main.ts',
    allows: (target, path) =>
      ['backend/session', 'backend/server'].every((room) => !within(room)(target) || within(room)(path)),
  },
  {
    says: 'image and workspace know nothing of engines and berths',
    binds: (path) => within('backend/image', 'backend/workspace')(path) && !isTest(path),
    // Where the workspace lies in a berth is a constant of the agent's protocol.
    allows: (target) =>
      target === 'backend/agent/protocol.ts' ||
      !within('backend/engine', 'backend/berth', 'backend/agent')(target),
  },
  {
    says: 'what needs root is berth’s own: others know its port and its client, and the command line its bake',
    binds: (path) => !isTest(path) && !within('backend/berth')(path),
    allows: (target, path) =>
      !within('backend/berth')(target) ||
      ['backend/berth/port.ts', 'backend/berth/client.ts'].includes(target) ||
      (target === 'backend/berth/bake.ts' && within('backend/cli')(path)),
  },
  {
    says: 'nothing imports main.ts, the command line or a test',
    binds: (path) => !isTest(path) && !within('backend/cli')(path),
    allows: (target) =>
      target !== 'backend/main.ts' && !within('backend/cli')(target) && !(isOurs(target) && isTest(target)),
  },
]

/** `file imports target: rule`, one for each import that a rule forbids. */
export function violations(sources: Source[]): string[] {
  const found: string[] = []
  for (const { path, imports } of sources) {
    for (const written of imports) {
      const target = written.startsWith('.') ? posix.join(posix.dirname(path), written) : written
      for (const rule of RULES) {
        if (rule.binds(path) && !rule.allows(target, path))
          found.push(`${path} imports ${target}: ${rule.says}`)
      }
    }
  }
  return found
}
