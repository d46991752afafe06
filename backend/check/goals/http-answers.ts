import type { Evaluator } from '../evaluator.ts'
import type { HttpAnswer } from '../probe.ts'
import { lastLines, type Subject } from '../subject.ts'

const PATIENCE_MS = 4000 // counted from the first listening socket; an answer that hangs takes longer than this by itself
const AGAIN_MS = 700

const TEXT = {
  any: {
    en: 'The app answers HTTP with status 200 to a request from outside its container.',
    ja: 'コンテナの外からの HTTP リクエストに、アプリがステータス 200 で応答する。',
  },
  port: {
    en: 'The app answers HTTP with status 200 on port {port} to a request from outside its container.',
    ja: 'コンテナの外から {port} 番ポートへの HTTP リクエストに、アプリがステータス 200 で応答する。',
  },
  fine: {
    en: 'GET {path} on {from, select, published {port {port} of the Docker host} other {port {port} of the container, from another container,}} was answered with 200.',
    ja: '{from, select, published {Docker ホストの {port} 番} other {別のコンテナから、コンテナの {port} 番}}への GET {path} に 200 が返りました。',
  },
  silent: {
    en: 'The container runs, and no process in it listens on a port that can be reached from outside.',
    ja: 'コンテナは動いていますが、外から届くポートで待ち受けているプロセスがありません。',
  },
  loopback: {
    en: 'The app listens on {address}:{port} only: that is the container’s own loopback, which nobody outside can reach.',
    ja: 'アプリは {address}:{port} だけで待ち受けています。これはコンテナ自身のループバックで、外からは届きません。',
  },
  status: {
    en: 'Port {port} answered with {words}.',
    ja: '{port} 番の応答は {words} でした。',
  },
  unreachable: {
    en: 'The container has no network on which anybody outside could reach port {port}.',
    ja: 'コンテナには、外から {port} 番に届くネットワークがありません。',
  },
  none: {
    en: 'Port {port} gave no HTTP answer: {words}.',
    ja: '{port} 番から HTTP の応答がありません: {words}',
  },
  other: {
    en: 'Port {port} answered with 200, but not with what server.js answers: it did not repeat the order.',
    ja: '{port} 番は 200 を返しましたが、server.js の応答ではありません。注文の内容が返ってきませんでした。',
  },
}

export const httpAnswers: Evaluator<'http-answers'> = {
  expected: (goal) => (goal.port ? [TEXT.port, { port: goal.port }] : [TEXT.any]),

  async evaluate(goal, subject) {
    const { clock, signal } = subject.given
    const until = clock.now() + PATIENCE_MS
    let round = await askAround(goal.port, subject)
    // What listens first may be waiting for what answers: a server behind a supervisor, or behind a forwarder.
    while (!round.answers.some(isGood) && clock.now() < until) {
      await clock.sleep(AGAIN_MS, signal)
      subject.forget()
      round = await askAround(goal.port, subject)
    }
    const { answers, ports, listeners, outside } = round
    const evidence = answers.map(([answer, from]) => describeAnswer(answer, from))
    const good = answers.find(isGood)
    if (good) {
      const [answer, from] = good
      if (isStarterServer(subject) && !answer.text.includes(subject.nonce)) {
        return { status: 'failed', observed: [TEXT.other, { port: answer.port }], evidence }
      }
      return {
        status: 'passed',
        observed: [TEXT.fine, { path: answer.path, port: answer.port, from }],
        evidence,
      }
    }
    const heard = listeners.map(
      (listener) => `listening in the container: ${listener.address}:${listener.port}`,
    )
    const printed = await lastLines(subject.engine, subject.container)
    const all = [...evidence, ...heard, ...printed]
    const loopback = listeners.find((listener) => !listener.outside && !isEngineResolver(listener.address))
    if (outside.length === 0) {
      return loopback
        ? {
            status: 'failed',
            observed: [TEXT.loopback, { address: loopback.address, port: loopback.port }],
            evidence: all,
          }
        : { status: 'failed', observed: [TEXT.silent], evidence: all }
    }
    if (answers.length === 0)
      return { status: 'failed', observed: [TEXT.unreachable, { port: ports[0]! }], evidence: all }
    const last = answers.find(([answer]) => answer.status)?.[0] ?? answers[0]?.[0]
    const vars = { port: last?.port ?? goal.port ?? 0, words: last?.words ?? '' }
    return { status: 'failed', observed: [last?.status ? TEXT.status : TEXT.none, vars], evidence: all }
  },
}

type Asked = [answer: HttpAnswer, from: 'published' | 'network']

const isGood = ([answer]: Asked) => answer.status === 200

/** Asks the named port where it is published and then in the container's network, or every port that the container listens on. */
async function askAround(port: number | undefined, subject: Subject) {
  const { listeners } = await subject.kernel()
  const reachable = listeners.filter((listener) => listener.outside).map((listener) => listener.port)
  const outside = [...new Set(reachable)].sort((a, b) => a - b)
  const ports = port ? [port] : outside
  const answers: Asked[] = []
  if (port && (await publishes(subject, port))) {
    for (const answer of await subject.ask(ports, 'published')) answers.push([answer, 'published'])
  }
  if (!answers.some(isGood)) {
    for (const answer of await subject.ask(ports, 'network')) answers.push([answer, 'network'])
  }
  return { answers, ports, listeners, outside }
}

export function describeAnswer(answer: HttpAnswer, from: 'published' | 'network'): string {
  const place = from === 'published' ? `Docker host port ${answer.port}` : `${answer.host}:${answer.port}`
  return `GET ${answer.path} at ${place}: ${answer.words}`
}

/** Whether the engine publishes this port of the host, for this container or for the proxy in front of it. */
export async function publishes(subject: Subject, port: number): Promise<boolean> {
  const facts = [await subject.facts()]
  if (subject.proxy) facts.push(await subject.engine.inspect(subject.proxy))
  return facts.some((found) => found.ports.some((published) => published.host === port))
}

/** Only a server.js that the learner left alone is known to repeat the request's path. */
function isStarterServer(subject: Subject): boolean {
  const { starter, written } = subject.given
  const given = starter?.get('server.js')
  const theirs = written.get('server.js')
  return given !== undefined && theirs !== undefined && given.content.equals(theirs.content)
}

/** On a user-defined network the engine itself listens here for name queries. */
function isEngineResolver(address: string): boolean {
  return address === '127.0.0.11'
}
