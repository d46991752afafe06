import { existsSync } from 'node:fs'
import { access, constants, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { colours, Display } from '../../bin/display.mjs'
import { type LoadedLesson, loadCourses, loadLesson } from '../../lessons/format/load.ts'
import { systemClock } from '../clock.ts'
import { asDrydockError, DrydockError } from '../errors.ts'
import type { Language } from '../protocol/language.ts'
import { type Report, withoutTranslations } from '../protocol/report.ts'
import { findDockerfile } from '../workspace/context.ts'
import type { WorkspaceFiles } from '../workspace/files.ts'
import { loadFolder } from '../workspace/folder.ts'
import { requireBerths } from './berths-here.ts'
import { closest } from './closest.ts'
import { gradeConfined } from './grade-confined.ts'
import { Launcher } from './launcher.ts'
import { cacheOf, defaultData, runPlaces } from './places.ts'
import { LAB_PACKAGES } from './prepare/packages.ts'
import {
  makeFolder,
  type Preparation,
  prepareAccount,
  prepareBerths,
  preparePackages,
} from './prepare/prepare.ts'
import { exitCodeOf, reportText } from './report-text.ts'
import { StopRequest } from './stop-request.ts'

export interface GradeOptions {
  lesson: string
  /** Relative to the caller's working folder. */
  dir: string
  format: 'text' | 'json'
  output?: string
  lang: Language
  data?: string
}

/** `drydock grade`: what is wrong with the request is said before anything is started. Resolves with the exit code. */
export async function gradeCommand(options: GradeOptions): Promise<number> {
  const lesson = await lessonNamed(options.lesson)
  const files = await workspaceIn(options.dir)
  if (options.output) await requireWritable(options.output)
  requireBerths()
  const display = new Display(process.stderr)
  using stop = new StopRequest(systemClock, () => display.close())
  try {
    const preparation = { display, language: options.lang, signal: stop.signal, install: true }
    const report = await gradeInFreshBerth(lesson, files, options, preparation, stop)
    display.close()
    await deliver(report, lesson, options)
    return exitCodeOf(report)
  } catch (error) {
    if (stop.signal.aborted) return 130
    throw error
  } finally {
    display.close()
  }
}

async function gradeInFreshBerth(
  lesson: LoadedLesson,
  files: WorkspaceFiles,
  options: GradeOptions,
  preparation: Preparation,
  stop: StopRequest,
): Promise<Report> {
  const data = resolve(options.data ?? (process.env.DRYDOCK_DATA || defaultData(process.env)))
  const cache = cacheOf(data, process.env)
  await preparePackages(LAB_PACKAGES, { ...preparation, install: false })
  await prepareBerths(cache, preparation)
  const account = await prepareAccount(preparation)
  await using owned = new AsyncDisposableStack()
  let socket = runPlaces(data).launcherSocket
  if (!(await accepts(socket))) {
    await makeFolder(data)
    const own = await mkdtemp(join(data, 'grade-'))
    owned.defer(() => rm(own, { recursive: true, force: true }))
    const places = runPlaces(own)
    await makeFolder(places.dir)
    owned.defer(() => rm(places.dir, { recursive: true, force: true }))
    socket = places.launcherSocket
    const launcher = owned.use(
      new Launcher(
        { data: own, cache, socket, log: join(own, 'launcher.log'), warm: 0 },
        account,
        stop.signal,
      ),
    )
    stop.harder.addEventListener('abort', () => void launcher.stop(2000))
    await launcher.ready()
  }
  const job = { lesson: lesson.id, files, language: options.lang, launcherSocket: socket }
  return await gradeConfined(job, account, preparation, stop)
}

async function deliver(report: Report, lesson: LoadedLesson, options: GradeOptions): Promise<void> {
  const paint = colours(options.output ? { isTTY: false } : process.stdout)
  const titles = Object.fromEntries(lesson.lesson.goals.map(({ id, title }) => [id, title[options.lang]]))
  const text =
    options.format === 'json'
      ? `${JSON.stringify(withoutTranslations(report), undefined, 2)}\n`
      : reportText(report, paint, options.lang, titles)
  if (!options.output) return void (await new Promise((done) => process.stdout.write(text, done)))
  try {
    const partial = `${options.output}.${process.pid}.part`
    await writeFile(partial, text)
    await rename(partial, options.output)
  } catch (error) {
    throw new DrydockError(
      'DD_OUTPUT',
      { path: options.output, detail: (error as Error).message },
      { cause: error },
    )
  }
}

async function lessonNamed(name: string): Promise<LoadedLesson> {
  try {
    return await loadLesson(name)
  } catch (error) {
    if (asDrydockError(error).code !== 'DD_LESSON_UNKNOWN') throw error
    const known = (await loadCourses()).flatMap(({ course }) => course.lessons)
    throw new DrydockError('DD_LESSON_NAME', {
      lesson: name,
      suggestion: closest(name, known) ?? 'none',
      known: known.join(', '),
    })
  }
}

async function workspaceIn(dir: string): Promise<WorkspaceFiles> {
  try {
    const files = await loadFolder(dir)
    findDockerfile(files)
    return files
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM' || code === 'EIO')
      throw new DrydockError('DD_FILE_UNREADABLE', { path: path ?? dir, detail: message })
    throw error
  }
}

async function requireWritable(output: string): Promise<void> {
  const fail = (detail: string): never => {
    throw new DrydockError('DD_OUTPUT', { path: output, detail })
  }
  await access(dirname(resolve(output)), constants.W_OK).catch((error: Error) => fail(error.message))
  if (existsSync(output) && (await stat(output)).isDirectory()) fail('it is a folder')
}

/** Whether a running lab's launcher answers there. */
function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket)
    connection.on('connect', () => resolve(true))
    connection.on('error', () => resolve(false))
    connection.on('connect', () => connection.destroy())
  })
}
