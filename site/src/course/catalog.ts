import { createHighlighter } from 'shiki'
import { parse } from 'yaml'
import { Course, Lesson } from '../../../lessons/format/schema.ts'
import { translator } from '../i18n/catalog.ts'
import type { Language } from '../i18n/language.ts'
import { CODE_LANGUAGES, renderProse } from './prose.ts'

export interface LessonEntry {
  /** `<course>/<lesson>` */
  id: string
  lesson: Lesson
}

export interface CourseEntry {
  id: string
  course: Course
  lessons: LessonEntry[]
}

const courseFiles = import.meta.glob<string>('../../../lessons/*/course.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const lessonFiles = import.meta.glob<string>('../../../lessons/*/*/lesson.yaml', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const proseFiles = import.meta.glob<string>('../../../lessons/*/*/{en,ja}.md', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const pictureFiles = import.meta.glob<string>('../../../lessons/*/*/*.svg', {
  query: '?raw',
  import: 'default',
  eager: true,
})

const folder = (path: string) => path.split('/lessons/')[1]?.split('/').slice(0, -1).join('/') ?? ''

/** All courses in order, each with those of its lessons that exist. */
export const COURSES: CourseEntry[] = Object.entries(courseFiles)
  .toSorted(([a], [b]) => a.localeCompare(b))
  .map(([path, source]) => {
    const id = folder(path)
    const course = Course.parse(parse(source))
    const lessons = course.lessons.flatMap((name) => {
      const file = lessonFiles[path.replace('course.yaml', `${name}/lesson.yaml`)]
      return file === undefined ? [] : [{ id: `${id}/${name}`, lesson: Lesson.parse(parse(file)) }]
    })
    return { id, course, lessons }
  })
  .filter((course) => course.lessons.length > 0)

export const LESSONS: LessonEntry[] = COURSES.flatMap((course) => course.lessons)

const highlighter = createHighlighter({
  themes: ['github-light-high-contrast', 'github-dark-default'],
  langs: [...CODE_LANGUAGES],
})

/** The lesson's text as HTML; undefined while it is not written. */
export async function proseOf(id: string, language: Language): Promise<string | undefined> {
  const here = Object.entries(proseFiles).find(([path]) => path.endsWith(`/${id}/${language}.md`))
  if (!here) return undefined
  const pictures = Object.fromEntries(
    Object.entries(pictureFiles)
      .filter(([path]) => folder(path) === id)
      .map(([path, svg]) => [path.split('/').at(-1) ?? '', svg]),
  )
  return renderProse(here[1], {
    pictures,
    highlighter: (await highlighter) as never,
    t: translator(language),
  })
}
