import { describe, expect, it } from 'vitest'
import { CAP_NET_BIND_SERVICE, describeProcess, isRoot, readKernelFacts } from './kernel.ts'

/** As the probe printed it beside a node with a file capability, a shell of root's, and a process that ended meanwhile. */
const OUTPUT = `@process 1
Name:	node
PPid:	0
Uid:	1000	1000	1000	1000
Gid:	1000	1000	1000	1000
CapInh:	0000000000000000
CapPrm:	0000000000000400
CapEff:	0000000000000400
CapBnd:	00000000a80425fb
CapAmb:	0000000000000000
NoNewPrivs:	0
Seccomp:	2
@command
|node server.js 
@exe
|/usr/local/bin/node
@cwd
|/app
@fd
socket:[391347]
@process 7
Name:	sh
PPid:	1
Uid:	1000	1000	0	1000
Gid:	0	0	0	0
CapInh:	0000000000000000
CapPrm:	0000000000000000
CapEff:	0000000000000000
CapBnd:	00000000a80425fb
CapAmb:	0000000000000000
NoNewPrivs:	1
Seccomp:	2
@command
|@process 9 Uid: 5 5 5 5
@exe
|/bin/sh
@cwd
|/
@fd
@process 8
@command
|
@exe
|
@cwd
|
@fd
@tcp
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 391347 1 0000000000000000 100 0 0 10 0
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 391348 1 0000000000000000 100 0 0 10 0
   2: 020011AC:0050 010011AC:C35A 01 00000000:00000000 00:00000000 00000000  1000        0 391349 1 0000000000000000 20 4 0 10 -1
@tcp6
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 391350 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:0BB9 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 391351 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:0BBA 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 391352 1 0000000000000000 100 0 0 10 0
@sysctl
1024
@mounts
591 480 0:53 / / rw,relatime - overlay overlay rw
`

describe('readKernelFacts', () => {
  const facts = readKernelFacts(OUTPUT)

  it('reads credentials, capabilities and sockets', () => {
    const [node] = facts.processes
    expect(node).toMatchObject({
      pid: 1,
      command: 'node server.js',
      executable: '/usr/local/bin/node',
      workingDir: '/app',
      sockets: [391347],
    })
    expect(node!.capabilities.effective & CAP_NET_BIND_SERVICE).not.toBe(0n)
    expect(describeProcess(node!)).toBe('pid 1 (node server.js) Uid: 1000 1000 1000 1000')
  })

  it('takes a saved uid of 0 for root', () => {
    expect(facts.processes.map(isRoot)).toEqual([false, true])
  })

  it('is not taken in by a command line that looks like a section', () => {
    expect(facts.processes.map(({ pid }) => pid)).toEqual([1, 7])
    expect(facts.processes[1]!.command).toBe('@process 9 Uid: 5 5 5 5')
  })

  it('knows which listeners can be reached from outside, and no established connection among them', () => {
    expect(facts.listeners.map(({ port, outside }) => [port, outside])).toEqual([
      [80, true],
      [8080, false],
      [3000, true],
      [3001, false],
      [3002, false],
    ])
    expect(facts.listeners[1]!.address).toBe('127.0.0.1')
  })

  it('reads the limit and the mounts', () => {
    expect(facts.unprivilegedPortStart).toBe(1024)
    expect(facts.mounts).toEqual(['591 480 0:53 / / rw,relatime - overlay overlay rw'])
  })
})
