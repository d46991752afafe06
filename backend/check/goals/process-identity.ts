import type { Evaluator } from '../evaluator.ts'
import { describeProcess, isRoot, type KernelProcess } from '../kernel.ts'
import type { Subject } from '../subject.ts'

const TEXT = {
  main: {
    en: 'The main process (pid 1) has a real, effective, saved and file system uid other than 0.',
    ja: 'メインプロセス (pid 1) の実 uid・実効 uid・保存 uid・ファイルシステム uid がどれも 0 ではない。',
  },
  all: {
    en: 'Every process of the container has a real, effective, saved and file system uid other than 0.',
    ja: 'コンテナのすべてのプロセスで、実 uid・実効 uid・保存 uid・ファイルシステム uid がどれも 0 ではない。',
  },
  fine: {
    en: '{count, plural, one {The one process runs} other {All # processes run}} as uid {uids}; the kernel knows no 0 among them.',
    ja: '{count} 個のプロセスは uid {uids} で動いています。カーネルが示す uid に 0 はありません。',
  },
  root: {
    en: 'Process {pid} ({command}) is root: its uids are {uids}.',
    ja: 'プロセス {pid} ({command}) は root です。uid は {uids} です。',
  },
  child: {
    en: 'Process {pid} ({command}) stays root with uids {uids}; only {others, plural, one {the process} other {the processes}} below it gave root up.',
    ja: 'プロセス {pid} ({command}) は uid {uids} の root のまま残っています。root をやめたのはその子プロセスだけです。',
  },
  half: {
    en: 'Process {pid} ({command}) can become root again: its real, effective, saved and file system uid are {uids}.',
    ja: 'プロセス {pid} ({command}) はまた root に戻れます。実・実効・保存・ファイルシステムの uid は {uids} です。',
  },
}

export const processIdentity: Evaluator<'process-identity'> = {
  expected: (goal) => [goal.processes === 'all' ? TEXT.all : TEXT.main],

  async evaluate(goal, subject) {
    const { processes } = await subject.kernel()
    const main = processes.filter((process) => process.pid === 1)
    const looked = goal.processes === 'all' ? processes : main
    const root = looked.filter(isRoot)
    const evidence = looked.map(describeProcess)
    const first = root[0]
    if (!first) {
      const uids = [...new Set(looked.flatMap((process) => process.uids))].sort((a, b) => a - b).join(', ')
      return { status: 'passed', observed: [TEXT.fine, { count: looked.length, uids }], evidence }
    }
    const dropped = processes.filter((process) => !isRoot(process))
    const text = first.uids[1] !== 0 ? TEXT.half : dropped.length > 0 ? TEXT.child : TEXT.root
    const vars = { pid: first.pid, command: shown(first), uids: first.uids.join(' '), others: dropped.length }
    const place = placeOfUser(subject)
    return {
      status: 'failed',
      observed: [text, vars],
      evidence: [...evidence, ...(place.quote ? [place.quote] : [])],
      where: place.where,
    }
  },
}

function shown(process: KernelProcess): string {
  return (process.command || process.name).slice(0, 120)
}

/** The line that decides the user: --user in run.sh, the final stage's last USER, or what it starts when there is no USER. */
export function placeOfUser(subject: Subject) {
  const { dockerfile, run } = subject.given
  const flag = run.lineOf('user')
  if (flag)
    return { where: { file: run.file, line: flag }, quote: `${run.file}:${flag}: --user ${run.spec.user}` }
  const place = dockerfile.last('USER') ?? dockerfile.last('ENTRYPOINT', 'CMD') ?? dockerfile.last('FROM')
  return place ? { where: dockerfile.where(place.line), quote: dockerfile.quote(place) } : {}
}
