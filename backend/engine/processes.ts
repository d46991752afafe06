import { StringDecoder } from 'node:string_decoder'
import * as answers from './answers.ts'
import * as containers from './containers.ts'
import { deadline } from './deadline.ts'
import type { Connection } from './docker.ts'
import type * as port from './port.ts'
import { BoundedText, demultiplexed, type OutputStream } from './streams.ts'

const DEFAULT_MAX_BYTES = 1024 * 1024

export async function* logs(
  c: Connection,
  container: port.ContainerRef,
  options: { follow: boolean; tail?: number; signal?: AbortSignal },
): AsyncGenerator<{ stream: OutputStream; text: string }> {
  const id = containers.refId(container)
  const { Config } = await c.ask('inspect container', answers.TtyAnswer, (api, abortSignal) =>
    api.getContainer(id).inspect({ abortSignal }),
  )
  const path = `/containers/${id}/logs?`
  const query = { stdout: 1, stderr: 1, follow: options.follow ? 1 : 0, tail: options.tail ?? 'all' }
  const source = await c.stream(
    'logs of container',
    (_api, wire, abortSignal) =>
      wire.send({ method: 'GET', path, options: query, isStream: true, abortSignal }),
    { signal: options.signal, idleMs: options.follow ? undefined : c.limits.idleMs },
  )
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
  for await (const { stream, chunk } of Config.Tty ? raw(source) : demultiplexed(source)) {
    const text = decoders[stream].write(chunk)
    if (text !== '') yield { stream, text }
  }
}

async function* raw(source: AsyncIterable<Buffer>): AsyncGenerator<{ stream: OutputStream; chunk: Buffer }> {
  for await (const chunk of source) yield { stream: 'stdout', chunk }
}

/** The exit code of a process that was not waited for, because it had printed more than `processBytes`. */
const ABANDONED = -1

interface Output {
  stdout: BoundedText
  stderr: BoundedText
  ended: boolean
}

/** To its end, whatever is kept of it: a process whose output nobody reads would hang. Only a flood is left alone. */
async function collect(
  source: AsyncIterable<Buffer>,
  options: { tty: boolean; keep: number; read: number },
): Promise<Output> {
  const output = { stdout: new BoundedText(options.keep), stderr: new BoundedText(options.keep), ended: true }
  for await (const { stream, chunk } of options.tty ? raw(source) : demultiplexed(source)) {
    output[stream].add(chunk)
    if (output.stdout.bytes + output.stderr.bytes > options.read) return { ...output, ended: false }
  }
  return output
}

const result = (output: Output, exitCode: number): port.ProcessOutput => ({
  exitCode,
  stdout: output.stdout.text,
  stderr: output.stderr.text,
  truncated: output.stdout.truncated || output.stderr.truncated,
})

export async function exec(
  c: Connection,
  container: port.ContainerRef,
  argv: string[],
  options: { user?: string; maxBytes?: number; signal?: AbortSignal } = {},
): Promise<port.ProcessOutput> {
  const doing = 'exec in container'
  const id = containers.refId(container)
  using limit = deadline(c.clock, c.limits.processMs, doing, options.signal)
  const { signal } = limit
  const process = { Cmd: argv, User: options.user, AttachStdout: true, AttachStderr: true }
  const created = await c.ask(
    doing,
    answers.CreatedRef,
    (api, abortSignal) => api.getContainer(id).exec({ ...process, abortSignal }),
    { signal },
  )
  const source = await c.stream(
    doing,
    (api, _wire, abortSignal) =>
      api.getExec(created.id).start({ Detach: false, Tty: false, abortSignal } as object),
    { signal },
  )
  const output = await collect(source, {
    tty: false,
    keep: options.maxBytes ?? DEFAULT_MAX_BYTES,
    read: c.limits.processBytes,
  })
  if (!output.ended) return result(output, ABANDONED)
  for (;;) {
    const { Running, ExitCode } = await c.ask(
      doing,
      answers.ExecAnswer,
      (api, abortSignal) => api.getExec(created.id).inspect({ abortSignal }),
      { signal },
    )
    if (!Running && ExitCode !== null) return result(output, ExitCode)
    await c.clock.sleep(20, signal).catch(() => signal.throwIfAborted())
  }
}

/** Attached before it starts: nothing is written to a log on the engine's disk, however much it prints. */
export async function runOnce(
  c: Connection,
  spec: port.ContainerSpec,
  options: { maxBytes?: number; timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<port.ProcessOutput> {
  const doing = `run ${spec.image}`
  using limit = deadline(c.clock, options.timeoutMs ?? c.limits.processMs, doing, options.signal)
  const ended = new AbortController()
  const signal = AbortSignal.any([limit.signal, ended.signal])
  const container = await containers.create(c, { logDriver: 'none', ...spec }, { signal })
  try {
    const source = await c.stream(
      doing,
      (api, _wire, abortSignal) =>
        api.getContainer(container.id).attach({ stream: true, stdout: true, stderr: true, abortSignal }),
      { signal },
    )
    const collected = collect(source, {
      tty: spec.tty ?? false,
      keep: options.maxBytes ?? DEFAULT_MAX_BYTES,
      read: c.limits.processBytes,
    })
    collected.catch(() => {}) // awaited below, unless the start fails first
    await containers.start(c, container, { signal })
    const output = await collected
    if (!output.ended) return result(output, ABANDONED)
    return result(output, (await containers.wait(c, container, { signal })).exitCode)
  } finally {
    ended.abort() // the attached stream, where the start failed
    await containers.remove(c, container)
  }
}
