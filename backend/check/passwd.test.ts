import { describe, expect, it } from 'vitest'
import { accountOfUid, accountOfUser, readPasswd } from './passwd.ts'

const accounts = readPasswd(
  'root:x:0:0:root:/root:/bin/bash\nnode:x:1000:1000::/home/node:/bin/bash\n5000:x:42:42::/:/bin/sh\nbroken\n',
)

describe('accountOfUser', () => {
  it.each([
    ['node', 1000],
    ['1000', 1000],
    ['1000:1000', 1000],
    ['node:root', 1000],
    ['', 0],
    ['0', 0],
    ['root', 0],
  ])('%j is uid %i', (user, uid) => {
    expect(accountOfUser(accounts, user)?.uid).toBe(uid)
  })

  it('takes a name that looks like a number as the engine does', () => {
    expect(accountOfUser(accounts, '5000')?.uid).toBe(42)
  })

  it('finds nobody for a number or name without an account', () => {
    expect(accountOfUser(accounts, '4000')).toBeUndefined()
    expect(accountOfUser(accounts, 'nobody:1000')).toBeUndefined()
  })
})

it('a uid has the first name that the file gives it', () => {
  const twice = readPasswd('node:x:0:0::/:/bin/sh\nroot:x:0:0::/:/bin/sh\n')
  expect(accountOfUid(twice, 0)?.name).toBe('node')
})
