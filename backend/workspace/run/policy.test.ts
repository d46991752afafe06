import { expect, test } from 'vitest'
import { DrydockError } from '../../errors.ts'
import { lessonRun, parseRunCommand } from './parse.ts'
import { allowing, checkAllowed, GRADING_POLICY } from './policy.ts'

const refusal = (flags: string, policy = GRADING_POLICY): string => {
  const parsed = parseRunCommand(`docker run \\\n${flags} web`, lessonRun(new Map()))
  try {
    checkAllowed(parsed, policy)
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error
    expect(error).toMatchObject({ code: 'DD_RUN_FLAG_REFUSED', vars: { line: 2 } })
    return String(error.vars.reason)
  }
  return 'allowed'
}

test.each([
  ['--privileged', 'privileged'],
  ['--privileged=false', 'allowed'],
  ['--pid host', 'namespace'],
  ['--pid container:x', 'namespace'],
  ['--ipc=host', 'namespace'],
  ['--ipc=private', 'allowed'],
  ['--uts host', 'namespace'],
  ['--userns=host', 'namespace'],
  ['--cgroupns host', 'namespace'],
  ['--network host', 'network'],
  ['--net=container:other', 'network'],
  ['--network name=host', 'network'],
  ['--network none', 'allowed'],
  ['--network hosts', 'allowed'],
  ['--device /dev/null', 'device'],
  ['-v /:/host', 'bind'],
  ['-v /etc:/etc:ro', 'bind'],
  ['-v ..:/up', 'bind'],
  ['-v "$PWD/../other":/x', 'bind'],
  ['-v /home/learner/work/../../x:/x', 'bind'],
  ['-v /home/learner/workshop:/x', 'bind'],
  ['-v "$PWD":/app', 'allowed'],
  ['-v ./data:/data', 'allowed'],
  ['-v cache:/cache', 'allowed'],
  ['-v /anonymous', 'allowed'],
  ['--mount type=bind,source=/etc,target=/x', 'bind'],
  ['--mount type=volume,source=cache,target=/x', 'allowed'],
  ['-v /var/run/docker.sock:/s', 'socket'],
  ['-v //run/./docker.sock:/s:ro', 'socket'],
  ['--mount type=bind,src=/run,dst=/x', 'socket'],
  ['--cgroup-parent /x', 'limits'],
  ['--runtime crun', 'runtime'],
  ['--security-opt seccomp=unconfined', 'allowed'],
  [
    '--cap-drop ALL --read-only --user 1000 -p 80:80 --sysctl net.ipv4.ip_unprivileged_port_start=0',
    'allowed',
  ],
])('%s: %s', (flags, expected) => {
  expect(refusal(flags)).toBe(expected)
})

test('a lesson may allow one thing without allowing another', () => {
  const policy = allowing(GRADING_POLICY, 'privileged')
  expect(refusal('--privileged', policy)).toBe('allowed')
  expect(refusal('--privileged --pid host', policy)).toBe('namespace')
  expect(refusal('-v /run/docker.sock:/s', allowing(GRADING_POLICY, 'socket'))).toBe('bind')
  expect(refusal('-v /run/docker.sock:/s', allowing(GRADING_POLICY, 'socket', 'bind'))).toBe('allowed')
  expect(refusal('--security-opt seccomp=unconfined', { refuse: new Set(['unconfined']) })).toBe('unconfined')
})
