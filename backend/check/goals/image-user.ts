import type { Evaluator } from '../evaluator.ts'
import { accountOfUid, accountOfUser } from '../passwd.ts'

const TEXT = {
  expected: {
    en: 'The image’s configured user exists in its own /etc/passwd and is not root, so that it runs without root for everybody who starts it.',
    ja: 'イメージに設定されたユーザーが自身の /etc/passwd に実在し、root ではない。誰が起動しても root にならない。',
  },
  fine: {
    en: 'The image is configured with the user {user}, which is {name} (uid {uid}) in its own /etc/passwd.',
    ja: 'イメージのユーザーは {user} で、自身の /etc/passwd では {name} (uid {uid}) です。',
  },
  dropped: {
    en: 'The image starts as root, and its entrypoint changes to {name} (uid {uid}) of its own /etc/passwd before it becomes the app.',
    ja: 'イメージは root で始まりますが、entrypoint が自身の /etc/passwd にある {name} (uid {uid}) に切り替わってからアプリになります。',
  },
  flag: {
    en: 'The image is configured with {user}, which is root. Only --user in run.sh starts it as another user.',
    ja: 'イメージのユーザーは {user}、つまり root です。別のユーザーで起動しているのは run.sh の --user だけです。',
  },
  root: {
    en: 'The image is configured with {user}, which is root (uid 0).',
    ja: 'イメージのユーザーは {user}、つまり root (uid 0) です。',
  },
  nobody: {
    en: 'The image is configured with the user {user}, which its own /etc/passwd does not know.',
    ja: 'イメージのユーザーは {user} ですが、自身の /etc/passwd にありません。',
  },
}

export const imageUser: Evaluator<'image-user'> = {
  expected: () => [TEXT.expected],

  async evaluate(_goal, subject) {
    const configured = subject.image.user
    const accounts = await subject.accounts()
    const account = accountOfUser(accounts, configured)
    const user = configured === '' ? '""' : configured
    const evidence = [
      `image config: User=${JSON.stringify(configured)}`,
      `/etc/passwd: ${account?.line ?? `no entry for ${user}`}`,
    ]
    const { dockerfile, run } = subject.given
    const instruction = dockerfile.last('USER')
    if (instruction) evidence.push(dockerfile.quote(instruction))
    const place = instruction ?? dockerfile.last('FROM')
    const where = place && dockerfile.where(place.line)
    if (!account) return { status: 'failed', observed: [TEXT.nobody, { user }], evidence, where }
    if (account.uid !== 0) {
      return {
        status: 'passed',
        observed: [TEXT.fine, { user, name: account.name, uid: account.uid }],
        evidence,
      }
    }
    const flag = run.lineOf('user')
    if (flag) {
      return {
        status: 'failed',
        observed: [TEXT.flag, { user }],
        evidence: [...evidence, `${run.file}:${flag}: --user ${run.spec.user}`],
        where,
      }
    }
    const main = (await subject.kernel()).processes.find((process) => process.pid === 1)
    const effective = main && !main.uids.includes(0) ? accountOfUid(accounts, main.uids[1]!) : undefined
    if (main && effective) {
      evidence.push(`kernel: pid 1 Uid: ${main.uids.join(' ')}`, `/etc/passwd: ${effective.line}`)
      return {
        status: 'passed',
        observed: [TEXT.dropped, { name: effective.name, uid: effective.uid }],
        evidence,
      }
    }
    return { status: 'failed', observed: [TEXT.root, { user }], evidence, where }
  },
}
