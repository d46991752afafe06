import type { AddressInfo } from 'node:net'
import fastifyStatic from '@fastify/static'
import fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import type { Clock } from '../clock.ts'
import { asDrydockError, DrydockError } from '../errors.ts'
import type { Lessons } from '../protocol/connection.ts'
import { HEALTH_PATH, type Health, type Progress as ProgressAnswer } from '../protocol/http.ts'
import { PROGRESS_PATH } from '../protocol/paths.ts'
import { errorBody, languageOf } from './error-body.ts'
import { securityHeaders } from './headers.ts'
import { Identity } from './identity.ts'
import { checkNames } from './names.ts'
import { Upgrades } from './upgrade.ts'

/** Without accounts, everybody who reaches the loopback address is this learner. */
export const LOCAL_LEARNER = 'local'

export interface ServerOptions {
  host: string
  /** 0: any free port. */
  port: number
  /** More names than the loopback ones. */
  names: readonly string[]
  /** The built site. */
  siteDir: string
  cookieKey: string
  lessons: Lessons
  progress(learner: string): ProgressAnswer
  health(): Promise<Health>
  clock: Clock
  log: FastifyBaseLogger
}

export interface Server extends AsyncDisposable {
  /** `http://127.0.0.1:7070`. */
  readonly url: string
}

/** Serves the site, its API and its WebSocket. DD_PORT_TAKEN. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { names, log, clock } = options
  const identity = new Identity(options.cookieKey)
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 16 * 1024, // nothing has a body: everything a page says comes over its WebSocket
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
  })

  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders(''))
    checkNames(request.raw, names, false)
    reply.headers(securityHeaders(request.headers.host!))
    if (identity.learner(request.headers.cookie) === undefined) {
      reply.header('set-cookie', identity.issue(LOCAL_LEARNER, clock.random(16)))
    }
  })
  app.setErrorHandler((thrown, request, reply) => {
    const status = (thrown as { statusCode?: number }).statusCode
    const known = thrown instanceof DrydockError || status === undefined || status >= 500
    const error = known
      ? asDrydockError(thrown)
      : new DrydockError('DD_PROTOCOL', { detail: (thrown as Error).message })
    if (error.code === 'DD_INTERNAL')
      log.error({ err: error.cause ?? error, url: request.url }, 'a request failed')
    return reply.code(error.entry.status).send(errorBody(error, languageOf(request.raw)))
  })

  app.get(HEALTH_PATH, async (_, reply) => {
    const health = await options.health()
    return reply
      .code(health.ok ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(health)
  })
  app.get(PROGRESS_PATH, async (request, reply) => {
    const learner = identity.learner(request.headers.cookie) ?? LOCAL_LEARNER
    return reply.header('cache-control', 'no-store').send(options.progress(learner))
  })
  await app.register(fastifyStatic, {
    root: options.siteDir,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Names under _astro/ carry a hash of their content.
      const immutable = path.includes('/_astro/')
      reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  app.setNotFoundHandler((request, reply) => {
    const page = request.method === 'GET' && request.headers.accept?.includes('text/html')
    if (page && !request.url.startsWith('/api/')) return reply.code(404).sendFile('404.html')
    const error = new DrydockError('DD_NOT_FOUND', { path: request.url.slice(0, 200) })
    return reply.code(404).send(errorBody(error, languageOf(request.raw)))
  })

  const upgrades = new Upgrades({ names, identity, lessons: options.lessons, clock, log })
  app.server.on('upgrade', (request, socket, head) => upgrades.handle(request, socket, head))
  try {
    await app.listen({ host: options.host, port: options.port })
  } catch (error) {
    upgrades[Symbol.dispose]()
    await app.close()
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    const { host, port } = options
    throw new DrydockError(
      'DD_PORT_TAKEN',
      { host, port: String(port), other: String(port + 1) },
      { cause: error },
    )
  }
  const { port } = app.server.address() as AddressInfo
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    async [Symbol.asyncDispose]() {
      upgrades[Symbol.dispose]()
      await app.close()
    },
  }
}
