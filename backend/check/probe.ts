import { randomUUID } from 'node:crypto'
import type { ContainerRef, ContainerSpec, Engine, ProcessOutput } from '../engine/port.ts'
import { DrydockError } from '../errors.ts'
import { type KernelFacts, readKernelFacts } from './kernel.ts'

/** The lab's own image: one static busybox. Nothing of the learner's image is executed in a probe. */
export const PROBE_IMAGE = 'drydock/probe:1'

const PROBE_TIMEOUT_MS = 20_000 // creating and starting takes under 1 s; a busy machine may take ten times that
const PROBE_OUTPUT_BYTES = 4 * 1024 * 1024 // 800 processes (the berth's limit) of 5 KB

/**
 * Prints the kernel's facts about the processes in its pid namespace but itself. Command lines and link names are the observed process's
 * to choose: line ends are taken out of them and `|` put in front, so that none can pose as another section (kernel.ts).
 */
const LOOK = `
for dir in /proc/[0-9]*; do
  pid=\${dir#/proc/}
  [ "$pid" = "$$" ] && continue
  echo "@process $pid"; cat $dir/status 2>/dev/null
  echo "@command"; echo "|$(tr '\\000' ' ' < $dir/cmdline 2>/dev/null | tr -d '\\001-\\037\\177' | head -c 2000)"
  echo "@exe"; echo "|$(readlink $dir/exe 2>/dev/null | tr -d '\\001-\\037\\177' | head -c 500)"
  echo "@cwd"; echo "|$(readlink $dir/cwd 2>/dev/null | tr -d '\\001-\\037\\177' | head -c 500)"
  echo "@fd"; for fd in $dir/fd/*; do link=$(readlink "$fd" 2>/dev/null); case "$link" in socket:*) echo "$link";; esac; done
done
echo "@tcp"; cat /proc/net/tcp
echo "@tcp6"; cat /proc/net/tcp6 2>/dev/null
echo "@sysctl"; cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null
echo "@mounts"; cat /proc/1/mountinfo 2>/dev/null
`

/** What every probe has: no way to write, no capability but the named ones. */
function probeSpec(script: string, rest: Partial<ContainerSpec>): ContainerSpec {
  return {
    image: PROBE_IMAGE,
    command: ['/bin/sh', '-c', script],
    capDrop: ['ALL'],
    readOnly: true,
    securityOpt: ['no-new-privileges'],
    healthcheck: 'none',
    ...rest,
  }
}

async function runProbe(engine: Engine, spec: ContainerSpec, signal?: AbortSignal): Promise<ProcessOutput> {
  return engine.runOnce(spec, { maxBytes: PROBE_OUTPUT_BYTES, timeoutMs: PROBE_TIMEOUT_MS, signal })
}

/**
 * The kernel's view of a running container: its processes with their credentials, its listening sockets and who owns them.
 * Undefined when the container has ended, which ends the probe in its pid namespace too.
 */
export async function lookAt(
  engine: Engine,
  container: ContainerRef,
  signal?: AbortSignal,
): Promise<KernelFacts | undefined> {
  const spec = probeSpec(LOOK, {
    pid: `container:${container.id}`,
    network: `container:${container.id}`,
    // The links in /proc/<pid>/fd of another uid's process: DAC_READ_SEARCH to list them, SYS_PTRACE to follow them.
    capAdd: ['SYS_PTRACE', 'DAC_READ_SEARCH'],
  })
  let output: ProcessOutput
  try {
    output = await runProbe(engine, spec, signal)
  } catch (thrown) {
    if (!(await engine.inspect(container)).running) return undefined
    throw thrown
  }
  if (output.exitCode !== 0) {
    if (!(await engine.inspect(container)).running) return undefined
    throw new DrydockError('DD_PROBE', { detail: output.stderr.trim() || `exit code ${output.exitCode}` })
  }
  return readKernelFacts(output.stdout)
}

export interface HttpTarget {
  host: string
  port: number
  path: string
}

/** One HTTP answer as the probe got it. */
export interface HttpAnswer extends HttpTarget {
  /** Absent when there was no HTTP answer. */
  status?: number
  /** The status line, or the probe's own words when there was none. */
  words: string
  /** Headers and body, the first 8 KiB. */
  text: string
}

/** GET from a container of the lab on the given network (`bridge`, `host`, a network's name), one target after the other. */
export async function httpGet(
  engine: Engine,
  network: string,
  targets: HttpTarget[],
  signal?: AbortSignal,
): Promise<HttpAnswer[]> {
  // nc, because the static busybox's wget crashes in glibc's name service. What the app sends follows a mark it cannot know.
  const mark = randomUUID()
  const script = targets
    .map(
      (_, index) =>
        // The request's side stays open until the answer is there: many a proxy ends both when a client closes one.
        `echo "$MARK"; (printf 'GET %s HTTP/1.1\\r\\nHost: web\\r\\nConnection: close\\r\\n\\r\\n' "$PATH${index}"; exec sleep 6) | { timeout 6 nc -w 5 "$HOST${index}" "$PORT${index}" 2>&1 | head -c 8192; killall sleep; }; echo`,
    )
    .join('\n')
  const env = targets.flatMap(({ host, port, path }, index) => [
    `HOST${index}=${host}`,
    `PORT${index}=${port}`,
    `PATH${index}=${path}`,
  ])
  const spec = probeSpec(script, { network, env: [...env, `MARK=${mark}`], user: '65534:65534' })
  const output = await runProbe(engine, spec, signal)
  const parts = output.stdout.split(`${mark}\n`).slice(1)
  return targets.map((target, index) => ({ ...target, ...readAnswer(parts[index] ?? '') }))
}

/** What nc printed: the raw HTTP answer, or `nc: can't connect …`. */
export function readAnswer(text: string): Pick<HttpAnswer, 'status' | 'words' | 'text'> {
  const words = /^[^\r\n]*/.exec(text)![0].slice(0, 200)
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})\b/.exec(words)?.[1]
  return {
    status: status ? Number(status) : undefined,
    words: words || 'no answer within 5 s',
    text: text.trimEnd(),
  }
}

export interface BindObservation {
  port: number
  refused: boolean
  /** What the kernel answered, in busybox's words. */
  words: string
}

/** Binds each port as uid 1000 in a new container of the lab, with Docker's default capabilities. */
export async function tryToBind(
  engine: Engine,
  ports: number[],
  signal?: AbortSignal,
): Promise<{ observations: BindObservation[]; unprivilegedPortStart: number }> {
  const script = `cat /proc/sys/net/ipv4/ip_unprivileged_port_start\n${ports
    .map((port) => `echo "@bind"; timeout 1 nc -l -p ${port} 2>&1 </dev/null`)
    .join('\n')}\ntrue`
  const spec = probeSpec(script, { user: '1000:1000', capDrop: [], network: 'bridge' })
  const output = await runProbe(engine, spec, signal)
  const [start = '', ...answers] = output.stdout.split('@bind\n')
  const observations = ports.map((port, index) => {
    const words = (answers[index] ?? '').trim()
    return { port, refused: /permission denied/i.test(words), words }
  })
  return { observations, unprivilegedPortStart: Number.parseInt(start, 10) }
}
