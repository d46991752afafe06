import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { inContainer } from './container.ts'
import { openDockerExec } from './docker-exec.ts'
import type { PageTerminal } from './lesson-page.ts'
import { interleave, pairedRatio, quantile, summarize } from './statistics.ts'

const ROUNDS = 20
const KEYS = 40
/** As far apart as the fastest typist’s keys never are; far enough that every process in between has gone to sleep. */
const PAUSE_MS = 10
const ECHO = 'stty raw -echo; echo READY; exec cat'

export const echo: Bench = {
  name: 'echo',
  title: 'A keystroke’s echo',
  compared:
    'A raw echo program (`stty raw; cat`) in the container. Ours: a WebSocket client on this machine sends an Input frame of one character and ' +
    'waits for the Output frame: client → web server → agent → container and back. Theirs: a script in the same berth writes the character to the ' +
    `pty of \`docker exec -it\` and waits until it reads it back. ${ROUNDS} rounds of ${KEYS} keys each, the two in turn; a round counts with its median.`,
  async run({ lab, quick }) {
    const at = await lab()
    await inContainer(at)
    const terminal = await at.page.openTerminal('container')
    await terminal.expect(`exec sh -c '${ECHO.replace('READY', 'REA""DY')}'\n`, 'READY')
    await using exec = await openDockerExec(at.agentSocket, 'web', ['sh', '-c', ECHO])
    const ours = async () => quantile(await pageKeys(terminal, KEYS), 0.5)
    const theirs = async () => quantile(await exec.keys(KEYS, PAUSE_MS / 1000), 0.5) * 1000
    await ours()
    await theirs()
    const pairs = await interleave(quick ? 5 : ROUNDS, ours, theirs)
    await at.page.ask({ type: 'terminal.close', terminal: terminal.number })
    return [
      { what: 'through Drydock, p50', value: summarize(pairs.map((pair) => pair.ours)), unit: 'ms' },
      { what: 'docker exec -it, p50', value: summarize(pairs.map((pair) => pair.theirs)), unit: 'ms' },
      { what: 'ratio', value: pairedRatio(pairs), unit: '×', goal: { atMost: 1.1 } },
    ]
  },
}

/** Milliseconds from each Input frame to its echo. */
async function pageKeys(terminal: PageTerminal, count: number): Promise<number[]> {
  const taken: number[] = []
  for (let i = 0; i < count; i++) {
    await sleep(PAUSE_MS)
    const began = performance.now()
    await new Promise<void>((resolve) => {
      terminal.onOutput = () => resolve()
      terminal.write('x')
    })
    taken.push(performance.now() - began)
  }
  terminal.onOutput = () => {}
  return taken
}
