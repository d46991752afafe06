import { expect, test } from 'vitest'
import { explain, readPlan, readProgress } from './apt.ts'

test('the plan names everything that comes along and its size', () => {
  const plan = readPlan(`Reading package lists...
The following additional packages will be installed:
   libyajl2 (2.1.0-3+deb12u2)
Suggested packages:
   criu (3.17)
The following NEW packages will be installed:
   crun (1.8.1-1+deb12u1)
   libyajl2 (2.1.0-3+deb12u2)
0 upgraded, 2 newly installed, 0 to remove and 3 not upgraded.
Need to get 345 kB of archives.
After this operation, 893 kB of additional disk space will be used.
Do you want to continue? [Y/n] N
Abort.
`)
  expect(plan).toEqual({
    packages: ['crun', 'libyajl2'],
    sizes:
      'Need to get 345 kB of archives. After this operation, 893 kB of additional disk space will be used.',
  })
})

test.each([
  ['pmstatus:crun:40.0000:Unpacking crun (amd64)', '40 % · Unpacking crun (amd64)'],
  ['pmstatus:libyajl2:amd64:62.5:Installing libyajl2 (amd64)', '63 % · Installing libyajl2 (amd64)'],
  ['dlstatus:1:9.5:Retrieving file 1 of 4 (11s remaining)', '10 % · Retrieving file 1 of 4 (11s remaining)'],
  ['Unpacking crun (1.8.1-1) ...', undefined],
])('progress of %s', (line, said) => expect(readProgress(line)).toBe(said))

test.each([
  [
    'W: Failed to fetch http://x/InRelease  Temporary failure resolving ‘x’\nE: Unable to locate package crun',
    'DD_PACKAGES_OFFLINE',
    'Unable to locate',
  ],
  ["E: You don't have enough free space in /var/cache/apt/archives/.", 'DD_NO_SPACE', '/var/cache/apt'],
  ['E: Unable to correct problems, you have held broken packages.', 'DD_PACKAGES_FAILED', 'held broken'],
  ['', 'DD_PACKAGES_FAILED', 'no message'],
])('a failure is told by its cause: %s', (output, code, detail) => {
  const error = explain(output)
  expect(error.code).toBe(code)
  expect(error.explain('en')).toContain(detail)
})
