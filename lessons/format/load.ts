import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { DrydockError } from '../../backend/errors.ts'
import type { WorkspaceFiles } from '../../backend/workspace/files.ts'
import { loadFolder } from '../../backend/workspace/folder.ts'
import { explain } from './explain.ts'
import { ATTEMPT_FILE, Attempt, Course, Lesson } from './schema.ts'

/** The lessons that come with Drydock. */
export const LESSONS_DIR = dirname(dirname(fileURLToPath(import.meta.url)))

export interface LoadedCourse {
  /** The folder's name. */
  id: string
  course: Course
}

export interface LoadedLesson {
  /** `<course>/<lesson>`. */
  id: string
  name: string
  courseId: string
  dir: string
  lesson: Lesson
}

export interface LoadedAttempt {
  name: string
  attempt: Attempt
  files: WorkspaceFiles
}

/** Every course that has a course.yaml, by folder name. */
export async function loadCourses(root = LESSONS_DIR): Promise<LoadedCourse[]> {
  const courses = []
  for (const id of await folders(root)) {
    const file = join(root, id, 'course.yaml')
    if (existsSync(file)) courses.push({ id, course: await readYaml(file, Course) })
  }
  return courses
}

/** Every lesson of every course, in the courses' own order. */
export async function loadLessons(root = LESSONS_DIR): Promise<LoadedLesson[]> {
  const lessons = []
  for (const { id, course } of await loadCourses(root)) {
    for (const name of course.lessons) lessons.push(await loadLessonAt(root, id, name))
  }
  return lessons
}

/** By `<course>/<lesson>` or by the plain `<lesson>`. DD_LESSON_UNKNOWN, DD_LESSON_INVALID. */
export async function loadLesson(nameOrId: string, root = LESSONS_DIR): Promise<LoadedLesson> {
  const known: string[] = []
  for (const { id, course } of await loadCourses(root)) {
    for (const name of course.lessons) {
      if (nameOrId === name || nameOrId === `${id}/${name}`) return loadLessonAt(root, id, name)
      known.push(name)
    }
  }
  throw new DrydockError('DD_LESSON_UNKNOWN', { lesson: nameOrId, known: known.join(', ') })
}

export async function loadStarter(lesson: LoadedLesson): Promise<WorkspaceFiles> {
  return loadFolder(join(lesson.dir, 'starter'))
}

/** Each accepted fix, laid over the starter. `name` is the folder's: `solution`, `solution-numeric`. */
export async function loadSolutions(
  lesson: LoadedLesson,
): Promise<{ name: string; files: WorkspaceFiles }[]> {
  const names = (await folders(lesson.dir)).filter((name) => name.startsWith('solution'))
  return Promise.all(
    names.map(async (name) => ({ name, files: await overlay(lesson, join(lesson.dir, name)) })),
  )
}

/** Each recorded wrong attempt, laid over the starter. */
export async function loadAttempts(lesson: LoadedLesson): Promise<LoadedAttempt[]> {
  const dir = join(lesson.dir, 'attempts')
  return Promise.all(
    (await folders(dir)).map(async (name) => {
      const file = join(dir, name, ATTEMPT_FILE)
      const attempt = await readYaml(file, Attempt)
      const goals = new Set(lesson.lesson.goals.map((goal) => goal.id))
      const unknown = attempt.fails.find((goal) => !goals.has(goal))
      if (unknown) throw invalid(file, [`"${unknown}" is not a goal of ${lesson.id}`])
      const files = await overlay(lesson, join(dir, name))
      files.delete(ATTEMPT_FILE)
      return { name, attempt, files }
    }),
  )
}

/** The text of a YAML file as `schema` says. Problems are `file:line: sentence`, all of them in one DD_LESSON_INVALID. */
export async function readYaml<S extends z.ZodType>(file: string, schema: S): Promise<z.infer<S>> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new DrydockError('DD_LESSON_INVALID', { problems: `${shown(file)}: there is no such file` })
  })
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  if (document.errors.length > 0) {
    const problems = document.errors.map(
      (error) => `${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`,
    )
    throw invalid(file, problems)
  }
  const parsed = schema.safeParse(document.toJS())
  if (parsed.success) return parsed.data
  const lineOf = (path: (string | number)[]): number => {
    // A missing key has no place: its nearest parent that exists is where to add it.
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as
        | { range?: [number, number, number] }
        | undefined
      if (node?.range) return lines.linePos(node.range[0]).line
    }
    return 1
  }
  throw invalid(
    file,
    explain(parsed.error).map(({ path, message }) => `${lineOf(path)}: ${message}`),
  )
}

async function loadLessonAt(root: string, courseId: string, name: string): Promise<LoadedLesson> {
  const dir = join(root, courseId, name)
  const file = join(dir, 'lesson.yaml')
  const lesson = await readYaml(file, Lesson)
  const missing = lesson.files.find((path) => !existsSync(join(dir, 'starter', path)))
  if (missing) throw invalid(file, [`1: files: "${missing}" is not in starter/`])
  return { id: `${courseId}/${name}`, name, courseId, dir, lesson }
}

async function overlay(lesson: LoadedLesson, dir: string): Promise<WorkspaceFiles> {
  return new Map([...(await loadStarter(lesson)), ...(await loadFolder(dir))])
}

async function folders(dir: string): Promise<string[]> {
  if (!existsSync(dir)) return []
  const entries = await readdir(dir, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

function invalid(file: string, problems: string[]): DrydockError {
  return new DrydockError('DD_LESSON_INVALID', {
    problems: problems.map((problem) => `${shown(file)}:${problem}`).join('\n'),
  })
}

function shown(file: string): string {
  const path = relative(process.cwd(), file)
  return path.startsWith('..') ? file : path
}
