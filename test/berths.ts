import { runInBerth } from '../backend/agent/client.ts'
import { connectBerthHost } from '../backend/berth/client.ts'
import type { Berth, BerthHost } from '../backend/berth/port.ts'

/** Berths of the launcher that the test run started (setup-real.ts). They are stopped when the host is disposed. */
export async function testBerthHost(): Promise<BerthHost> {
  const socketPath = process.env.DRYDOCK_TEST_LAUNCHER
  if (!socketPath) throw new Error('no launcher: run the real tests through vitest’s project "real"')
  return connectBerthHost({ socketPath })
}

/** A shell command as the learner's user; its output, both streams. */
export async function inBerth(
  berth: Berth,
  script: string,
  timeoutSeconds = 60,
): Promise<{ exit: number; text: string }> {
  const { exit, stdout, stderr } = await runInBerth(berth.agentSocket, ['bash', '-c', script], {
    timeoutSeconds,
  })
  return { exit, text: stdout + stderr }
}

/** A command as root of the berth's own host: what the escape lessons reach. */
export function asBerthRoot(
  berth: Berth,
  script: string,
  timeoutSeconds = 60,
): Promise<{ exit: number; text: string }> {
  const quoted = `'${script.replaceAll("'", `'\\''`)}'`
  return inBerth(
    berth,
    `docker run --rm --privileged --pid=host debian:bookworm-slim nsenter -t 1 -m -u -i -n -p -C -- sh -c ${quoted}`,
    timeoutSeconds,
  )
}
