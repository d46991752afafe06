/** An account of an image's /etc/passwd. */
export interface Account {
  name: string
  uid: number
  gid: number
  /** The line as it stands. */
  line: string
}

export function readPasswd(text: string): Account[] {
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    return name && /^\d+$/.test(uid ?? '') && /^\d+$/.test(gid ?? '')
      ? [{ name, uid: Number(uid), gid: Number(gid), line }]
      : []
  })
}

/** The first account with this uid, as getpwuid finds it. */
export function accountOfUid(accounts: Account[], uid: number): Account | undefined {
  return accounts.find((account) => account.uid === uid)
}

/**
 * The account that the engine takes for a configured user: `name`, `uid`, either with `:group`. Like the engine, a name in
 * /etc/passwd wins over the same text read as a number.
 */
export function accountOfUser(accounts: Account[], user: string): Account | undefined {
  const [name = ''] = user.split(':')
  if (name === '') return accountOfUid(accounts, 0)
  const named = accounts.find((account) => account.name === name)
  return named ?? (/^\d+$/.test(name) ? accountOfUid(accounts, Number(name)) : undefined)
}
