import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openLayout } from '../../backend/berth/layout.ts'
import { startLab } from '../lab.ts'
import { LessonPage } from './lesson-page.ts'

/** The lab with one learner's page, and a way into that learner's berth beside the page. */
export interface BenchLab extends AsyncDisposable {
  page: LessonPage
  /** The agent's socket of the berth that the page works in. */
  agentSocket: string
  /** The unprivileged process that serves pages and terminals. */
  webPid: number
  url: string
  /** The learner’s. */
  cookie: string
  /** `<course>/<lesson>`. */
  lesson: string
  newPage(): Promise<LessonPage>
}

const LESSON = 'ship-without-root/who-am-i'

export async function openBenchLab(): Promise<BenchLab> {
  await using owned = new AsyncDisposableStack()
  const lab = owned.use(await startLab())
  const newPage = () => LessonPage.open(lab.url, LESSON)
  const page = owned.use(await newPage())
  const shell = await page.openTerminal('shell') // brings the berth
  await page.ask({ type: 'terminal.close', terminal: shell.number })
  const agentSocket = join(await berthInUse(lab.data), 'agent.sock')
  const webPid = await servingPid(join(lab.data, 'log/web.log'))
  const all = owned.move()
  const { url } = lab
  const { cookie } = page
  return {
    page,
    newPage,
    url,
    cookie,
    lesson: LESSON,
    agentSocket,
    webPid,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

/** The folder of the one berth that a session uses: only such a berth has been given a registry. */
async function berthInUse(data: string): Promise<string> {
  const { runDir } = await openLayout(data, data)
  const found = (await readdir(runDir))
    .map((name) => join(runDir, name))
    .filter((dir) => existsSync(join(dir, 'services/registry.sock')))
  if (found.length !== 1) throw new Error(`${found.length} berths are in use under ${runDir}`)
  return found[0]!
}

async function servingPid(log: string): Promise<number> {
  const pid = /"pid":(\d+)[^\n]*"serving"/.exec(await readFile(log, 'utf8'))?.[1]
  if (!pid) throw new Error(`no process is named in ${log}`)
  return Number(pid)
}
