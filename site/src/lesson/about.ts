import type { GoalKind } from '../../../lessons/format/goals.ts'
import type { Language } from '../i18n/language.ts'

/** What the page's HTML tells its scripts about the lesson: a data attribute, because inline scripts are not allowed. */
export interface AboutLesson {
  /** `<course>/<lesson>` */
  id: string
  language: Language
  /** The editor's tabs, in this order. */
  files: string[]
  goals: { id: string; kind: GoalKind; title: string; hint: string }[]
  next: { title: string; href: string } | null
  home: string
}

export function readAbout(page: Document): AboutLesson {
  return JSON.parse(page.querySelector<HTMLElement>('[data-about]')?.dataset.about ?? '{}') as AboutLesson
}
