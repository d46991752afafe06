import { fstatSync } from 'node:fs'
import { chmod, chown, rm } from 'node:fs/promises'
import net from 'node:net'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { asDrydockError, DrydockError } from '../errors.ts'
import { goldenDir } from './bake.ts'
import { Cgroups } from './cgroup.ts'
import { mountGolden } from './golden.ts'
import type { LaunchedBerth } from './launch.ts'
import { openLayout } from './layout.ts'
import { Pool } from './pool.ts'
import { settlePrivateMounts } from './private-mounts.ts'
import { reap } from './reap.ts'
import { type LauncherAnswer, LauncherRequest, lineReader } from './rpc.ts'

/**
 * The one process that runs as root: it starts and stops berths for whoever may use its socket, and does nothing else.
 *
 *     unshare --mount --propagation private -- node backend/berth/launcher.ts --data DIR --cache DIR --socket PATH --web-uid N --web-gid N
 *         [--warm N] [--capacity N] [--verbose]
 *
 * Prints `{"ready":true,"reaped":[…]}` when it accepts; what goes wrong before, `{"error":{code,vars}}` and exit code 3. SIGTERM, SIGINT, or the end of standard
 * input when that is a pipe: stops every berth, then ends.
 */
const MEMORY_PER_BERTH_BYTES = 512 * 1024 ** 2 // idle 60 MB; some of the room build at any time

const REFUSED: readonly string[] = ['DD_BERTH_FULL', 'DD_BERTH_START', 'DD_BERTH_DISK']

function serveConnection(connection: net.Socket, pool: Pool): void {
  const berths = new Map<string, LaunchedBerth>()
  let closed = false
  const answer = (message: LauncherAnswer) =>
    void (closed || connection.write(`${JSON.stringify(message)}\n`))

  const handle = async (request: LauncherRequest): Promise<void> => {
    if (request.op === 'status') return answer({ id: request.id, status: pool.status })
    if (request.op === 'stop') {
      const berth = berths.get(request.berth)
      berths.delete(request.berth)
      await berth?.[Symbol.asyncDispose]()
      return answer({ id: request.id, stopped: true })
    }
    const berth = await pool.open(request.limits)
    if (closed) return void (await berth[Symbol.asyncDispose]())
    berths.set(berth.id, berth)
    const { id, engineSocket, agentSocket, servicesDir } = berth
    answer({ id: request.id, opened: { berth: id, engineSocket, agentSocket, servicesDir } })
    void berth.ended.then(() => {
      if (berths.delete(id)) answer({ ended: id, detail: lastLines(berth.log()) })
    })
  }

  const read = lineReader((line) => {
    const request = LauncherRequest.parse(JSON.parse(line))
    handle(request).catch((thrown) => {
      const error = asDrydockError(thrown)
      if (!REFUSED.includes(error.code))
        process.stderr.write(
          `${JSON.stringify({ level: 'error', msg: error.message, stack: error.stack })}\n`,
        )
      answer({ id: request.id, error: { code: error.code, vars: error.vars } })
    })
  })
  connection.setEncoding('utf8')
  connection.on('data', (text: string) => {
    try {
      read(text)
    } catch {
      connection.destroy() // not our protocol
    }
  })
  connection.on('error', () => {}) // 'close' follows
  connection.on('close', () => {
    closed = true
    for (const berth of berths.values()) void stopQuietly(berth)
    berths.clear()
  })
}

async function stopQuietly(berth: LaunchedBerth): Promise<void> {
  try {
    await berth[Symbol.asyncDispose]()
  } catch (error) {
    process.stderr.write(`${JSON.stringify({ level: 'error', msg: (error as Error).message })}\n`)
  }
}

function lastLines(log: string): string {
  return log.trim().split('\n').slice(-3).join('\n').slice(-600)
}

/** Resolves with the run folder, in which everything is unmounted once this has returned. */
async function main(): Promise<string> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      data: text,
      cache: text,
      socket: text,
      'web-uid': text,
      'web-gid': text,
      warm: text,
      capacity: text,
      verbose: { type: 'boolean' },
    },
  })
  const { data, cache, socket } = values
  if (!data || !cache || !socket)
    throw new DrydockError('DD_INTERNAL', { detail: 'the launcher needs --data, --cache and --socket' })
  const owner = { uid: Number(values['web-uid'] ?? 0), gid: Number(values['web-gid'] ?? 0) }
  await settlePrivateMounts()
  const golden = await goldenDir(cache)
  if (!golden) throw new DrydockError('DD_NOT_BAKED', { cache })
  const layout = await openLayout(data, cache)
  const cgroups = await Cgroups.detect(layout.lab)
  const reaped = await reap(layout, cgroups)
  await using mounted = await mountGolden(golden, join(layout.runDir, 'golden'))
  const capacity = Number(
    values.capacity ?? Math.max(2, Math.floor((totalmem() * 0.8) / MEMORY_PER_BERTH_BYTES)),
  )
  const onLog = (berth: string, text: string) =>
    void (values.verbose && process.stderr.write(`${JSON.stringify({ level: 'debug', berth, text })}\n`))
  const pool = new Pool(
    { layout, cgroups, golden: mounted, onLog },
    { owner, capacity, warm: Number(values.warm ?? 1) },
  )

  await rm(socket, { force: true })
  const connections = new Set<net.Socket>()
  const server = net.createServer((connection) => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
    serveConnection(connection, pool)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  await chmod(socket, 0o600)
  await chown(socket, owner.uid, owner.gid)
  process.stdout.write(`${JSON.stringify({ ready: true, reaped })}\n`)

  await untilToldToStop()
  server.close()
  for (const connection of connections) connection.destroy()
  await pool[Symbol.asyncDispose]()
  await cgroups.removeLab()
  await rm(socket, { force: true })
  return layout.runDir
}

/** Whoever started the launcher keeps a pipe to it; when they are gone, so is the pipe. */
async function untilToldToStop(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.on('SIGTERM', resolve)
    process.on('SIGINT', resolve)
    if (fstatSync(0).isCharacterDevice()) return // a container's /dev/null ends at once, and nobody holds its other end
    process.stdin.on('end', resolve)
    process.stdin.on('error', () => resolve())
    process.stdin.resume()
  })
}

main().then(
  async (runDir) => {
    await rm(runDir, { recursive: true, force: true })
    process.exit(0)
  },
  (thrown) => {
    const error = asDrydockError(thrown)
    process.stdout.write(`${JSON.stringify({ error: { code: error.code, vars: error.vars } })}\n`)
    process.stderr.write(`${error.stack}\n`)
    process.exit(3)
  },
)
