import type { Progress } from '../../../backend/protocol/http.ts'
import { PROGRESS_PATH } from '../../../backend/protocol/paths.ts'

/** What the first button of the home page leads to: the first lesson not passed; undefined when all are. */
export function nextLesson(order: readonly string[], progress: Progress): string | undefined {
  const passed = new Set(progress.lessons.filter((one) => one.passed).map((one) => one.lesson))
  return order.find((lesson) => !passed.has(lesson))
}

/** Marks the lessons that this learner has passed or begun. Without an answer from the server the list stays as it is. */
export async function showProgress(page: Document): Promise<void> {
  const answer = await fetch(PROGRESS_PATH).catch(() => undefined)
  if (!answer?.ok) return
  const progress = (await answer.json()) as Progress
  const links = [...page.querySelectorAll<HTMLAnchorElement>('a[data-lesson]')]
  for (const link of links) {
    const mine = progress.lessons.find((one) => one.lesson === link.dataset.lesson)
    if (!mine) continue
    link.classList.add(mine.passed ? 'passed' : 'begun')
    const state = link.querySelector('.state')
    if (state && mine.passed) state.textContent = link.dataset.passed ?? ''
  }
  const start = page.querySelector<HTMLAnchorElement>('[data-start]')
  if (!start || progress.lessons.length === 0) return
  const next = nextLesson(
    links.map((link) => link.dataset.lesson ?? ''),
    progress,
  )
  const target = links.find((link) => link.dataset.lesson === next)
  start.textContent = target
    ? (start.dataset.resume ?? '').replace('%', target.dataset.title ?? '')
    : (start.dataset.again ?? '')
  if (target) start.href = target.href
  start.nextElementSibling?.remove()
}
