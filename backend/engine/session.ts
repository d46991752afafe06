import { randomUUID } from 'node:crypto'
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js'
import type { Connection } from './docker.ts'
import { loadService } from './grpc-schema.ts'

const GET_SECRET = '/moby.buildkit.secrets.v1.Secrets/GetSecret'

/** BuildKit's questions are a secret's id long. */
const MAX_QUESTION_BYTES = 64 * 1024

export interface BuildSession extends AsyncDisposable {
  /** What the build request names in `session`. */
  readonly id: string
}

/**
 * One build's way back to us: a connection on which the engine is the gRPC client. It serves this build's secrets and no other's, and
 * answers the health question without which BuildKit drops a session after some seconds.
 */
export async function openSession(
  connection: Connection,
  secrets: Record<string, string>,
  signal: AbortSignal,
): Promise<BuildSession> {
  const id = randomUUID()
  const socket = await connection.hijack('/session', {
    headers: {
      Upgrade: 'h2c',
      'X-Docker-Expose-Session-Uuid': id,
      'X-Docker-Expose-Session-Name': 'drydock',
      'X-Docker-Expose-Session-Grpc-Method': GET_SECRET,
    },
    signal,
  })
  const server = new Server({ 'grpc.max_receive_message_length': MAX_QUESTION_BYTES })
  server.addService(loadService('secrets', 'moby.buildkit.secrets.v1.Secrets'), {
    GetSecret(call: ServerUnaryCall<{ ID: string }, unknown>, answer: sendUnaryData<{ data: Buffer }>) {
      const name = call.request.ID
      // A secret that is not there may be optional in the Dockerfile: BuildKit decides by this status.
      if (!Object.hasOwn(secrets, name))
        return answer({ code: status.NOT_FOUND, details: `no secret ${name}` })
      answer(null, { data: Buffer.from(secrets[name]!) })
    },
  })
  server.addService(loadService('health', 'grpc.health.v1.Health'), {
    Check(_call: unknown, answer: sendUnaryData<{ status: string }>) {
      answer(null, { status: 'SERVING' })
    },
  })
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  injector.injectConnection(socket)
  return {
    id,
    async [Symbol.asyncDispose]() {
      injector.destroy()
      server.forceShutdown()
      socket.destroy()
    },
  }
}
