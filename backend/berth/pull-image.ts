import http from 'node:http'
import { createInterface } from 'node:readline'
import { PullProgress } from './pull-progress.ts'

// A registry near or far says which image it has in 1–3 s (name, TLS, token, manifest). Nobody should wait long for one that is not there.
const ANSWER_MS = 8_000
const SILENCE_MS = 60_000 // between two signs of progress; unpacking a large layer on a slow disk takes 20 s

/**
 * Pulls a tagged image (`node:22-slim`) through an engine's socket and resolves with its digest reference (`node@sha256:…`), or with why
 * not: nothing answered in time, the registry refused, the transfer stood still. `onProgress` gets one short line.
 */
export async function pullImage(
  engineSocket: string,
  name: string,
  onProgress: (detail: string) => void,
  signal?: AbortSignal,
  waits = { answerMs: ANSWER_MS, silenceMs: SILENCE_MS },
): Promise<{ digest: string } | { refused: string }> {
  const [fromImage, tag] = [name.slice(0, name.lastIndexOf(':')), name.slice(name.lastIndexOf(':') + 1)]
  const progress = new PullProgress()
  const stop = new AbortController()
  const giveUp = (why: string) => () => stop.abort(new Error(why))
  let timer = setTimeout(giveUp(`no registry answered within ${waits.answerMs / 1000} s`), waits.answerMs)
  try {
    const path = `/images/create?${new URLSearchParams({ fromImage, tag })}`
    const ended = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])])
    const response = await request(engineSocket, 'POST', path, ended)
    response.on('error', () => {}) // an abort; said below
    for await (const line of createInterface(response)) {
      ended.throwIfAborted()
      progress.take(JSON.parse(line))
      if (progress.error) return { refused: progress.error }
      if (!progress.started) continue
      clearTimeout(timer)
      timer = setTimeout(giveUp(`nothing more came for ${waits.silenceMs / 1000} s`), waits.silenceMs)
      onProgress(progress.text)
    }
    ended.throwIfAborted()
    if (response.statusCode !== 200) return { refused: progress.message ?? `HTTP ${response.statusCode}` }
    const image = await inspect(engineSocket, name, ended)
    const digest = image.RepoDigests?.find((each) => each.startsWith(`${fromImage}@`))
    return digest ? { digest } : { refused: 'the registry gave it no digest' }
  } catch (error) {
    signal?.throwIfAborted()
    return { refused: stop.signal.aborted ? (stop.signal.reason as Error).message : (error as Error).message }
  } finally {
    clearTimeout(timer)
  }
}

async function inspect(engineSocket: string, name: string, signal: AbortSignal) {
  const response = await request(engineSocket, 'GET', `/images/${name}/json`, signal)
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return JSON.parse(text) as { RepoDigests?: string[] }
}

function request(
  socketPath: string,
  method: string,
  path: string,
  signal: AbortSignal,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    http.request({ socketPath, method, path, signal }, resolve).on('error', reject).end()
  })
}
