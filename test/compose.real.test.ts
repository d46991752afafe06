import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { command } from '../backend/berth/command.ts'
import { cacheOf, defaultData, ROOT } from '../backend/cli/places.ts'
import { hostArch } from '../sandbox-images/recipe.ts'
import { debianTar } from '../sandbox-images/sources/debian.ts'
import { type PrivateEngine, startEngine } from './compose/engine.ts'

/**
 * compose.yaml as it stands on an engine of the test's own, with Debian's docker-compose. No registry answers here, so both services run
 * from one image of Debian packages with this clone mounted, and the berths' file systems come from the bake cache: what is
 * tried is every privilege of the file. The recipe in sandbox-images/lab is not built.
 */
const IMAGE = 'drydock-compose-test'
const RUN_PACKAGES = ['crun', 'e2fsprogs', 'mount', 'util-linux', 'libatomic1']
const SETUP_MS = 240_000
const TEST_MS = 240_000

const reason = bringTools()
let engine: PrivateEngine
let override: string
const owned = new AsyncDisposableStack()

/** Why docker.io and docker-compose cannot be had here; undefined when they are there. */
function bringTools(): string | undefined {
  const missing = () =>
    ['dockerd', 'docker', 'docker-compose'].filter((name) => spawnSync('which', [name]).status !== 0)
  if (missing().length === 0) return undefined
  // An engine is not put on somebody's own machine by a test.
  if (!process.env.CI) return `not installed: ${missing().join(', ')} (CI=true installs them)`
  const packages = missing().map((name) => (name === 'docker-compose' ? name : 'docker.io'))
  const words = ['install', '--yes', '--no-install-recommends', ...new Set(packages)]
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', words, { env, stdio: 'ignore' })
  return missing().length === 0 ? undefined : `not to be had: ${missing().join(', ')}`
}

const docker = (...words: string[]) => command('docker', ['-H', engine.url, ...words], TEST_MS)

function compose(...words: string[]): string {
  const files = ['-f', join(ROOT, 'compose.yaml'), '-f', override]
  const done = spawnSync('docker-compose', ['-p', 'drydocktest', ...files, ...words], {
    cwd: ROOT,
    env: { ...process.env, DOCKER_HOST: engine.url },
    encoding: 'utf8',
  })
  if (done.status !== 0) throw new Error(`docker-compose ${words.join(' ')}: ${done.stderr}`)
  return done.stdout
}

/** How the images' recipe starts a service. */
async function recipeWords(instruction: 'CMD' | 'ENTRYPOINT'): Promise<string[]> {
  const recipe = await readFile(join(ROOT, 'sandbox-images/lab/Dockerfile'), 'utf8')
  return JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, 'm').exec(recipe)![1]!)
}

describe.skipIf(reason !== undefined)(`compose.yaml on a real engine ${reason ?? ''}`, () => {
  beforeAll(async () => {
    const dir = await mkdtemp('/var/tmp/drydock-image-')
    owned.defer(() => rm(dir, { recursive: true, force: true }))
    engine = owned.use(await startEngine())
    const tar = join(dir, 'root.tar')
    const hooks = [
      '--customize-hook=install -d -o 7070 -g 7070 -m 700 "$1/data"',
      '--customize-hook=mkdir "$1/app"',
    ]
    await debianTar(tar, { variant: 'minbase', packages: RUN_PACKAGES, hooks }, { arch: hostArch() })
    await docker('import', tar, IMAGE)
    override = join(dir, 'override.yaml')
    const node = join('/app', relative(ROOT, dirname(process.execPath)))
    const shared = {
      image: IMAGE,
      working_dir: '/app',
      environment: { PATH: `${node}:/usr/sbin:/usr/bin:/sbin:/bin` },
    }
    const cache = cacheOf(process.env.DRYDOCK_DATA || defaultData(process.env), process.env)
    const services = {
      web: { ...shared, command: await recipeWords('CMD'), volumes: [`${ROOT}:/app:ro`] },
      launcher: {
        ...shared,
        entrypoint: await recipeWords('ENTRYPOINT'),
        volumes: [`${ROOT}:/app:ro`, `${cache}:/var/lib/drydock/cache:ro`],
      },
    }
    await writeFile(override, stringify({ services }))
  }, SETUP_MS)

  afterAll(async () => {
    await owned.disposeAsync()
  })

  test(
    'up, one lesson from the break to the repair, down; nothing is left',
    async () => {
      try {
        compose('up', '-d')
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${compose('logs', '--no-color')}`)
      }
      const web = compose(
        'exec',
        '-T',
        'web',
        'grep',
        '-E',
        '^(Uid|CapEff|CapBnd|NoNewPrivs)',
        '/proc/self/status',
      )
      expect(web.split('\n').map((line) => line.replaceAll(/\s+/g, ' '))).toEqual(
        expect.arrayContaining([
          'Uid: 7070 7070 7070 7070',
          `CapEff: ${'0'.repeat(16)}`,
          `CapBnd: ${'0'.repeat(16)}`,
        ]),
      )
      const walk = await command(
        engine.beside[0]!,
        [
          ...engine.beside.slice(1),
          process.execPath,
          join(ROOT, 'test/compose/walk.ts'),
          'http://127.0.0.1:7070',
        ],
        TEST_MS,
      )
      const { broken, repaired } = JSON.parse(walk)
      expect(broken).toMatchObject({ answers: 'passed', 'main-process': 'failed' })
      expect(new Set(Object.values(repaired))).toEqual(new Set(['passed']))
      expect(await berthTraces()).not.toEqual([])

      compose('down', '--volumes')
      expect(await berthTraces()).toEqual([])
      expect((await docker('ps', '--all', '--quiet')).trim()).toBe('')
      expect((await docker('volume', 'ls', '--quiet')).trim()).toBe('')
    },
    TEST_MS,
  )
})

/** Control groups and loop devices of berths that this engine's containers made. */
async function berthTraces(): Promise<string[]> {
  const groups = await command('find', ['/sys/fs/cgroup', '-type', 'd', '-path', `*/${engine.cgroup}/*`])
  const loops = await command('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE'])
  const disks = loops.split('\n').filter((file) => file.includes('/var/lib/drydock/berths/berths/'))
  return [...groups.split('\n').filter(Boolean), ...disks]
}
