import type { Bench } from './bench.ts'
import { inContainer } from './container.ts'
import { interleave, pairedRatio, quantile, summarize } from './statistics.ts'
import { typistByExec, typistByPage } from './typist.ts'

const ROUNDS = 20
const KEYS = 40
/** Faster than anybody types, and long enough for every process in between to fall asleep. */
const PAUSE_SECONDS = 0.01
const ECHO = 'stty raw -echo; echo READY; exec cat'

export const echo: Bench = {
  name: 'echo',
  title: 'A keystroke’s echo',
  compared:
    'A raw echo program (`stty raw -echo; cat`) in the container. The same small script sends a character and waits for it to come back, from its ' +
    'write to its read. Ours: on this machine, by the page’s WebSocket: web server → engine → container and back. Theirs: in the berth, at the pty ' +
    `of \`docker exec -it\`. ${ROUNDS} rounds of ${KEYS} keys each, ${PAUSE_SECONDS * 1000} ms apart, the two in turn; a round counts with its median.`,
  async run({ lab, quick }) {
    const at = await lab()
    await inContainer(at)
    await using page = await typistByPage(at, ECHO)
    await using exec = await typistByExec(at, ECHO)
    const ours = async () => quantile(await page.keys(KEYS, PAUSE_SECONDS), 0.5) * 1000
    const theirs = async () => quantile(await exec.keys(KEYS, PAUSE_SECONDS), 0.5) * 1000
    for (let i = 0; i < 3; i++) {
      await ours()
      await theirs()
    }
    const pairs = await interleave(quick ? 5 : ROUNDS, ours, theirs)
    return [
      { what: 'through Drydock, p50', value: summarize(pairs.map((pair) => pair.ours)), unit: 'ms' },
      { what: 'docker exec -it, p50', value: summarize(pairs.map((pair) => pair.theirs)), unit: 'ms' },
      { what: 'ratio', value: pairedRatio(pairs), unit: '×', goal: { atMost: 1.1 } },
    ]
  },
}
