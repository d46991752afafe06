import type { LowPortFix } from '../../../lessons/format/goals.ts'
import type { Evaluator } from '../evaluator.ts'
import {
  CAP_NET_BIND_SERVICE,
  describeProcess,
  isRoot,
  type KernelFacts,
  type KernelProcess,
} from '../kernel.ts'
import { lookAt } from '../probe.ts'
import type { Subject } from '../subject.ts'
import { describeAnswer } from './http-answers.ts'
import { innerPorts, owners } from './listener.ts'
import { placeOfUser } from './process-identity.ts'

const TEXT = {
  expected: {
    en: 'A process that is not root serves port {port} in one of these ways: {ways}.',
    ja: 'root でないプロセスが、次のどれかの方法で {port} 番のサービスを出している: {ways}。',
  },
  publish: {
    en: 'Recognised: port {port} of the Docker host is published to port {inner}, which needs no privilege.',
    ja: '確認した方法: Docker ホストの {port} 番を、特権の要らない {inner} 番に公開している。',
  },
  proxy: {
    en: 'Recognised: a reverse proxy in a container of its own holds port {port} and hands requests to the app on port {inner}.',
    ja: '確認した方法: 別コンテナのリバースプロキシーが {port} 番を受け持ち、アプリの {inner} 番に渡している。',
  },
  file: {
    en: 'Recognised: the binary {program} has the file capability cap_net_bind_service, and the container’s bounding set holds it; process {pid} is uid {uid} and may bind port {port}.',
    ja: '確認した方法: バイナリー {program} にファイルケーパビリティ cap_net_bind_service があり、コンテナの bounding set にもある。uid {uid} のプロセス {pid} が {port} 番に bind できている。',
  },
  ambient: {
    en: 'Recognised: process {pid} is uid {uid} and got cap_net_bind_service as an ambient capability from what started it.',
    ja: '確認した方法: uid {uid} のプロセス {pid} が、起動元から ambient capability として cap_net_bind_service を受け取っている。',
  },
  sysctl: {
    en: 'Recognised: run.sh sets net.ipv4.ip_unprivileged_port_start={start} for this container, so that uid {uid} may bind port {port}.',
    ja: '確認した方法: run.sh がこのコンテナの net.ipv4.ip_unprivileged_port_start を {start} にし、uid {uid} が {port} 番に bind できている。',
  },
  root: {
    en: 'Port {port} is open because root opens it: process {pid} ({command}) has the uids {uids}.',
    ja: '{port} 番が開いているのは root が開けたからです。プロセス {pid} ({command}) の uid は {uids} です。',
  },
  default: {
    en: 'Port {port} is open only because this engine lets everybody bind it (lowest port {start}); nothing in run.sh or the image asks for it.',
    ja: '{port} 番が開いているのは、このエンジンが誰にでも許しているからです (最小ポート {start})。run.sh にもイメージにも、そのための指定がありません。',
  },
  unwanted: {
    en: 'Port {port} is served by another way than this goal is about: {way}.',
    ja: '{port} 番のサービスは、この目標とは別の方法で出されています: {way}。',
  },
  silent: {
    en: 'Port {port} does not answer from outside.',
    ja: '{port} 番は外から応答しません。',
  },
}

const WAYS: Record<LowPortFix, { en: string; ja: string }> = {
  publish: { en: 'published to a high port', ja: '高い番号のポートへの公開' },
  proxy: { en: 'a reverse proxy in front', ja: '前段のリバースプロキシー' },
  capability: { en: 'the port capability', ja: 'ポート用のケーパビリティ' },
  sysctl: { en: 'the sysctl', ja: 'sysctl' },
}

export const lowPort: Evaluator<'low-port'> = {
  expected: (goal) => [TEXT.expected, { port: goal.port, ways: goal.fixes.map((fix) => WAYS[fix]) }],

  async evaluate(goal, subject) {
    const port = goal.port
    const kernel = await subject.kernel()
    const facts = await subject.facts()
    const published = facts.ports.some((found) => found.host === port)
    const asked = [
      ...(await subject.ask([port], 'published')).map((answer) => ({ answer, from: 'published' as const })),
      ...(await subject.ask([port], 'network')).map((answer) => ({ answer, from: 'network' as const })),
    ]
    const evidence = [
      ...asked.map(({ answer, from }) => describeAnswer(answer, from)),
      ...facts.ports.map((found) => `published: ${found.host} -> ${found.container}/${found.protocol}`),
      `net.ipv4.ip_unprivileged_port_start = ${kernel.unprivilegedPortStart}`,
    ]
    const inner = await innerPorts(subject, kernel, port)
    const serving = inner.flatMap((number) => owners(kernel, number))
    evidence.push(...serving.map(describeCapabilities))
    const { proxy } = subject
    const front = proxy && (await lookAt(subject.engine, proxy, subject.given.signal))
    evidence.push(...(front?.processes ?? []).map((process) => `proxy: ${describeProcess(process)}`))
    const root = [...kernel.processes, ...(front?.processes ?? [])].find(isRoot)
    if (root) {
      const vars = {
        port,
        pid: root.pid,
        command: (root.command || root.name).slice(0, 120),
        uids: root.uids.join(' '),
      }
      return { status: 'failed', observed: [TEXT.root, vars], evidence, where: placeOfUser(subject).where }
    }
    if (!asked.some(({ answer }) => answer.status === 200) || serving.length === 0) {
      return { status: 'failed', observed: [TEXT.silent, { port }], evidence }
    }
    const found = recognise(subject, kernel, { port, inner: inner[0]!, process: serving[0]!, published })
    if (!found) {
      const vars = { port, start: kernel.unprivilegedPortStart }
      return { status: 'failed', observed: [TEXT.default, vars], evidence }
    }
    if (!goal.fixes.includes(found.fix)) {
      return { status: 'failed', observed: [TEXT.unwanted, { port, way: WAYS[found.fix] }], evidence }
    }
    return {
      status: 'passed',
      observed: [found.text, found.vars],
      evidence: [`fix: ${found.fix}`, ...evidence],
    }
  },
}

interface Serving {
  port: number
  inner: number
  process: KernelProcess
  published: boolean
}

function recognise(subject: Subject, kernel: KernelFacts, serving: Serving) {
  const { port, inner, process, published } = serving
  const vars = {
    port,
    inner,
    pid: process.pid,
    uid: process.uids[1]!,
    program: process.executable,
    start: kernel.unprivilegedPortStart,
  }
  if (inner !== port) {
    const fix: LowPortFix = published ? 'publish' : 'proxy'
    return { fix, text: published ? TEXT.publish : TEXT.proxy, vars }
  }
  if (kernel.unprivilegedPortStart > port) {
    const ambient = (process.capabilities.ambient & CAP_NET_BIND_SERVICE) !== 0n
    return { fix: 'capability' as const, text: ambient ? TEXT.ambient : TEXT.file, vars }
  }
  const asked = subject.given.run.spec.sysctls?.['net.ipv4.ip_unprivileged_port_start']
  return asked === undefined ? undefined : { fix: 'sysctl' as const, text: TEXT.sysctl, vars }
}

function describeCapabilities(process: KernelProcess): string {
  const { effective, permitted, bounding, ambient } = process.capabilities
  const hex = (set: bigint) => set.toString(16).padStart(16, '0')
  return `${describeProcess(process)} CapPrm: ${hex(permitted)} CapEff: ${hex(effective)} CapBnd: ${hex(bounding)} CapAmb: ${hex(ambient)} NoNewPrivs: ${process.noNewPrivileges ? 1 : 0}`
}
