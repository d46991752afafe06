import { chmod, chown, mkdir, rm } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import type { Cgroups } from './cgroup.ts'
import { command } from './command.ts'
import { openDisk } from './disk.ts'
import { type Golden, mountSkeleton } from './golden.ts'
import type { Layout } from './layout.ts'
import { listenFor } from './passed-socket.ts'
import type { BerthLimits } from './port.ts'
import { Runtime } from './runtime.ts'
import { berthSpec } from './spec.ts'

export interface LaunchRequest {
  id: string
  firstUid: number
  limits: BerthLimits
  /** Who may use the berth's sockets and fill its services folder: the web process. */
  owner: { uid: number; gid: number }
  hostNetwork?: boolean
  /** More environment for the berth's init, and so its engine. */
  env?: Record<string, string>
  /** Shown inside as /run/drydock instead of a folder of the berth's own. */
  services?: string
}

export interface LaunchedBerth extends AsyncDisposable {
  id: string
  dir: string
  engineSocket: string
  agentSocket: string
  servicesDir: string
  pid: number
  /** Resolves when the berth's first process is gone. */
  ended: Promise<void>
  /** The last of what init and the engine printed. */
  log(): string
}

const LOG_BYTES = 32 * 1024
const ENGINE_START_MS = 30_000 // 0.7–1 s alone; ten at once on two cores take several seconds

export interface LaunchContext {
  layout: Layout
  cgroups: Cgroups
  golden: Pick<Golden, 'usr' | 'layers'> & { template: string }
  /** While baking: a folder with etc, var, home, root instead of a disk image of its own. */
  diskDir?: string
  /** What a berth's init and engine print, as it comes. */
  onLog?: (berth: string, text: string) => void
}

/** Starts a berth and resolves when its engine answers. A failure leaves nothing behind. */
export async function launch(context: LaunchContext, request: LaunchRequest): Promise<LaunchedBerth> {
  const { layout, cgroups, golden } = context
  const dir = join(layout.runDir, request.id)
  const runtime = new Runtime(join(layout.runDir, 'runtime'))
  await using undo = new AsyncDisposableStack()

  const disk = context.diskDir
    ? { mountPoint: context.diskDir }
    : undo.use(await openDisk(golden.template, join(layout.diskDir, request.id), request.limits.diskBytes))
  await mkdir(dir, { mode: 0o711 })
  undo.defer(() => rm(dir, { recursive: true, force: true }))
  const servicesDir = request.services ?? join(dir, 'services')
  if (!request.services) {
    await mkdir(servicesDir)
    await chmod(servicesDir, 0o755)
    await chown(servicesDir, request.owner.uid, request.owner.gid)
  }
  const rootfs = join(dir, 'rootfs')
  await mountSkeleton(rootfs, request.firstUid)
  undo.defer(async () => void (await command('umount', ['--lazy', rootfs]).catch(() => {})))
  await cgroups.create(request.id, request.firstUid, request.limits)
  undo.defer(() => cgroups.destroy(request.id))
  const engineSocket = join(dir, 'engine.sock')
  const agentSocket = join(dir, 'agent.sock')
  using engine = await listenFor(engineSocket, request.owner)
  using agent = await listenFor(agentSocket, request.owner)

  const spec = berthSpec({
    hostname: 'lab-host',
    firstUid: request.firstUid,
    usr: golden.usr,
    disk: disk.mountPoint,
    layers: golden.layers,
    services: servicesDir,
    rootfs,
    cgroupsPath: cgroups.runtimePath(request.id),
    arch: process.arch,
    hostNetwork: request.hostNetwork,
    env: request.env,
  })
  await Runtime.writeBundle(dir, spec)
  let log = ''
  const ended = Promise.withResolvers<void>()
  undo.defer(() => runtime.kill(request.id))
  await runtime
    .run(request.id, dir, [engine, agent], {
      onLog: (text) => {
        context.onLog?.(request.id, text)
        log = (log + text).slice(-LOG_BYTES)
      },
      onEnd: () => ended.resolve(),
    })
    .catch((error: Error) => {
      throw new Error(`${error.message}: ${log.trim()}`)
    })
  const pid = await runtime.pid(request.id)
  const died = ended.promise.then(() => {
    throw new Error(`the berth ended while it started: ${log.trim().slice(-2000)}`)
  })
  died.catch(() => {})
  await Promise.race([engineAnswers(engineSocket, ENGINE_START_MS), died])

  const owned = undo.move()
  return {
    id: request.id,
    dir,
    engineSocket,
    agentSocket,
    servicesDir,
    pid,
    ended: ended.promise,
    log: () => log,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Whether `GET /_ping` is answered. The engine listens before it serves, so one request that waits is enough; then again. */
async function engineAnswers(socketPath: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (Date.now() < deadline) {
    const ok = await new Promise<boolean>((resolve) => {
      const request = http.get({ socketPath, path: '/_ping', timeout: deadline - Date.now() }, (response) => {
        response.resume()
        resolve(response.statusCode === 200)
      })
      request.on('timeout', () => request.destroy())
      request.on('error', () => resolve(false))
    })
    if (ok) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`the berth's engine did not answer within ${timeoutMs / 1000} s`)
}
