import { DrydockError } from '../../errors.ts'
import type { Evaluator } from '../evaluator.ts'
import { tryToBind } from '../probe.ts'

const HIGH_PORT = 8080 // the control: a port that every user may bind

const TEXT = {
  expected: {
    en: 'In this sandbox a process that is not root and has no help gets EACCES when it binds port {port}.',
    ja: 'このサンドボックスでは、root でなく何の助けもないプロセスが {port} 番に bind すると EACCES になる。',
  },
  fine: {
    en: 'A process of the lab with uid 1000 was refused port {port} (EACCES) and got port {high}.',
    ja: 'uid 1000 のラボのプロセスは {port} 番を拒まれ (EACCES)、{high} 番は使えました。',
  },
  open: {
    en: 'This engine lets everybody bind port {port}: it sets the lowest port open to all to {start} in every container, as Docker has done since 20.10.',
    ja: 'このエンジンでは誰でも {port} 番に bind できます。Docker 20.10 以降と同じく、各コンテナで誰でも使える最小のポートを {start} にしているためです。',
  },
}

export const bindRefused: Evaluator<'bind-refused'> = {
  expected: (goal) => [TEXT.expected, { port: goal.port }],

  async evaluate(goal, subject) {
    const { observations, unprivilegedPortStart } = await tryToBind(
      subject.engine,
      [goal.port, HIGH_PORT],
      subject.given.signal,
    )
    const evidence = [
      `net.ipv4.ip_unprivileged_port_start = ${unprivilegedPortStart}`,
      ...observations.map(
        ({ port, refused, words }) => `uid 1000, bind(${port}): ${refused ? `EACCES (${words})` : 'allowed'}`,
      ),
    ]
    const [low, high] = observations
    if (high!.refused) throw new DrydockError('DD_PROBE', { detail: evidence.join('; ') })
    if (low!.refused)
      return { status: 'passed', observed: [TEXT.fine, { port: goal.port, high: HIGH_PORT }], evidence }
    return {
      status: 'skipped',
      observed: [TEXT.open, { port: goal.port, start: unprivilegedPortStart }],
      evidence,
    }
  },
}
