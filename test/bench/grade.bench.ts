import { setTimeout as sleep } from 'node:timers/promises'
import { connectBerthHost } from '../../backend/berth/client.ts'
import type { BerthHost } from '../../backend/berth/port.ts'
import { openFreshHost } from '../../backend/check/fresh-host.ts'
import { grade } from '../../backend/check/grade.ts'
import { systemClock } from '../../backend/clock.ts'
import type { WorkspaceFiles } from '../../backend/workspace/files.ts'
import { type LoadedLesson, loadLessons, loadSolutions, loadStarter } from '../../lessons/format/load.ts'
import { startLauncher } from '../launcher.ts'
import type { Bench, Row } from './bench.ts'
import { summarize } from './statistics.ts'

const ROUNDS = 3
const STAGES = ['berth', 'build', 'run', 'probe', 'search', 'stop'] as const
type Seconds = Map<string, number>

export const gradeLessons: Bench = {
  name: 'grade',
  title: 'Grading each lesson',
  compared:
    'Each lesson’s starter and first solution, graded as the page’s Check does it, in a fresh berth from a warm pool of one; seconds, and where they ' +
    'go. `berth`: until the berth is there; `build` without any cache; `run`: until the container listens; `probe` and `search`: the goals; `stop`: ' +
    'the berth is thrown away, which the learner does not wait for. Rounds go through all of them in turn.',
  async run({ quick, progress }) {
    await using launcher = await startLauncher({ warm: 1 })
    await using berths = await connectBerthHost({ socketPath: launcher.socket })
    const workspaces = await allWorkspaces()
    const taken = new Map<string, Seconds[]>()
    for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
      for (const { name, lesson, files, starter } of workspaces) {
        await untilWarm(berths)
        const seconds = await timed(berths, lesson, files, starter)
        taken.set(name, [...(taken.get(name) ?? []), seconds])
        progress(`${name}: ${seconds.get('whole')!.toFixed(1)} s`)
      }
    }
    return [...taken].flatMap(([name, runs]) => rows(name, runs))
  },
}

function rows(name: string, runs: Seconds[]): Row[] {
  return ['whole', ...STAGES].flatMap((stage) => {
    const samples = runs.flatMap((run) => run.get(stage) ?? [])
    const what = stage === 'whole' ? `**${name}**` : `… ${stage}`
    return samples.length > 0 ? [{ what, value: summarize(samples), unit: 's' }] : []
  })
}

async function allWorkspaces() {
  const all: { name: string; lesson: LoadedLesson; files: WorkspaceFiles; starter: WorkspaceFiles }[] = []
  for (const lesson of await loadLessons()) {
    const starter = await loadStarter(lesson)
    const [solution] = await loadSolutions(lesson)
    all.push({ name: `${lesson.name}, starter`, lesson, files: starter, starter })
    if (solution)
      all.push({ name: `${lesson.name}, ${solution.name}`, lesson, files: solution.files, starter })
  }
  return all
}

async function timed(
  berths: BerthHost,
  lesson: LoadedLesson,
  files: WorkspaceFiles,
  starter: WorkspaceFiles,
): Promise<Seconds> {
  const seconds: Seconds = new Map()
  const began = performance.now()
  let since = began
  let stage = 'berth'
  const enter = (next: string) => {
    const now = performance.now()
    seconds.set(stage, (seconds.get(stage) ?? 0) + (now - since) / 1000)
    since = now
    stage = next
  }
  {
    await using host = await openFreshHost(berths, { clock: systemClock })
    await grade({
      lesson,
      files,
      starter,
      host,
      language: 'en',
      clock: systemClock,
      signal: host.signal,
      onEvent: (event) => void (event.type === 'stage' && enter(event.stage)),
    })
    enter('stop')
    seconds.set('whole', (performance.now() - began) / 1000)
  }
  enter('')
  return seconds
}

async function untilWarm(berths: BerthHost): Promise<void> {
  while ((await berths.status()).warm === 0) await sleep(100)
  await sleep(1000) // a berth that has just started is still busy
}
