import type { Evaluator } from '../evaluator.ts'
import { accountOfUid } from '../passwd.ts'
import type { Subject } from '../subject.ts'
import { placeOfUser } from './process-identity.ts'

const TEXT = {
  expected: {
    en: 'The uid that the kernel gives the main process has a name other than root in the image’s own /etc/passwd, and whoami prints it.',
    ja: 'カーネルが示すメインプロセスの uid に、イメージ自身の /etc/passwd で root 以外の名前があり、whoami がそれを表示する。',
  },
  fine: {
    en: 'The kernel says uid {uid}, /etc/passwd of the image calls it {name}, and whoami prints {name}.',
    ja: 'カーネルによると uid は {uid}、イメージの /etc/passwd での名前は {name}、whoami の表示も {name} です。',
  },
  quiet: {
    en: 'The kernel says uid {uid}, and /etc/passwd of the image calls it {name}. The image has no whoami to ask.',
    ja: 'カーネルによると uid は {uid}、イメージの /etc/passwd での名前は {name} です。このイメージに whoami はありません。',
  },
  root: {
    en: 'The kernel says uid 0: that is root, whatever name it is given. whoami prints {printed}.',
    ja: 'カーネルによると uid は 0 です。どんな名前を付けても root です。whoami の表示は {printed} です。',
  },
  nameless: {
    en: 'The kernel says uid {uid}, and /etc/passwd of the image has no entry for it. whoami prints {printed}.',
    ja: 'カーネルによると uid は {uid} ですが、イメージの /etc/passwd にその行がありません。whoami の表示は {printed} です。',
  },
  different: {
    en: 'The kernel says uid {uid}, which /etc/passwd of the image calls {name}; but whoami prints {printed}.',
    ja: 'カーネルによると uid は {uid} で、イメージの /etc/passwd での名前は {name} ですが、whoami の表示は {printed} です。',
  },
}

export const userName: Evaluator<'user-name'> = {
  expected: () => [TEXT.expected],

  async evaluate(_goal, subject) {
    const { processes } = await subject.kernel()
    const main = processes.find((process) => process.pid === 1)
    if (!main) throw await subject.ended()
    const root = main.uids.includes(0)
    const uid = root ? 0 : main.uids[1]!
    const account = accountOfUid(await subject.accounts(), uid)
    const answer = await whoami(subject, uid, main.gids[1]!)
    const printed = answer === undefined ? '-' : JSON.stringify(answer)
    const evidence = [
      `kernel: pid 1 Uid: ${main.uids.join(' ')}`,
      `/etc/passwd: ${account?.line ?? `no entry for uid ${uid}`}`,
      answer === undefined ? 'whoami: not in the image' : `whoami prints ${printed}`,
    ]
    const failed = (observed: (typeof TEXT)['root'], vars: Record<string, string | number>) => {
      const place = placeOfUser(subject)
      return {
        status: 'failed' as const,
        observed: [observed, vars] as [typeof observed, typeof vars],
        evidence,
        where: place.where,
      }
    }
    if (root || account?.name === 'root') return failed(TEXT.root, { printed })
    if (!account) return failed(TEXT.nameless, { uid, printed })
    if (answer === undefined)
      return { status: 'passed', observed: [TEXT.quiet, { uid, name: account.name }], evidence }
    if (answer !== account.name) return failed(TEXT.different, { uid, name: account.name, printed })
    return { status: 'passed', observed: [TEXT.fine, { uid, name: account.name }], evidence }
  },
}

/** What `whoami` of the image says as this uid; undefined when the image has none. It is the learner's program: only its agreement counts. */
async function whoami(subject: Subject, uid: number, gid: number): Promise<string | undefined> {
  const options = { user: `${uid}:${gid}`, maxBytes: 4096, signal: subject.given.signal }
  const output = await subject.engine.exec(subject.container, ['whoami'], options)
  if (output.exitCode === 126 || output.exitCode === 127) return undefined
  return (output.stdout.trim() || output.stderr.trim()).split('\n')[0]!.slice(0, 100)
}
