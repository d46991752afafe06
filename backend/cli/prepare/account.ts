import { readFile } from 'node:fs/promises'
import { DrydockError } from '../../errors.ts'
import { runToEnd } from '../owned-process.ts'

export interface Account {
  uid: number
  gid: number
}

/** The web process's own user: no home, no shell, no password, no group but its own. */
export const ACCOUNT_NAME = 'drydock'

export async function findAccount(passwd = '/etc/passwd'): Promise<Account | undefined> {
  const line = (await readFile(passwd, 'utf8'))
    .split('\n')
    .find((entry) => entry.startsWith(`${ACCOUNT_NAME}:`))
  if (!line) return undefined
  const [, , uid, gid] = line.split(':')
  const account = { uid: Number(uid), gid: Number(gid) }
  // An account of that name with root's rights would defeat its purpose.
  if (!(account.uid > 0 && account.gid > 0)) throw new DrydockError('DD_ACCOUNT', { detail: line })
  return account
}

export async function ensureAccount(signal: AbortSignal): Promise<Account> {
  const found = await findAccount()
  if (found) return found
  const nologin = '/usr/sbin/nologin'
  const made = await runToEnd(
    [
      'useradd',
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/nonexistent',
      '--shell',
      nologin,
      ACCOUNT_NAME,
    ],
    { signal },
  )
  signal.throwIfAborted()
  const account = made.code === 0 ? await findAccount() : undefined
  if (!account) throw new DrydockError('DD_ACCOUNT', { detail: made.output.trim().split('\n').at(-1) ?? '' })
  return account
}
