import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { ROOT } from '../../backend/cli/places.ts'
import { type GoalStatus, LessonPage } from './lesson-page.ts'
import type { Open } from './page.ts'

/** One "Run in terminal" of the prose, named by its first words, and what must then stand on the screen. */
interface Typed {
  block: string
  prints: RegExp[]
  never?: RegExp
}

/** A lesson as a learner walks it, from the break to the repair. The commands are the same in every language. */
export interface Walk {
  lesson: string
  /** The attack succeeds. */
  attack: Typed[]
  /** Check of the untouched files: the goals in question, and the fact that the first failed one rests on. */
  broken: { goals: Record<string, GoalStatus>; goal: string; evidence: RegExp }
  repair(lesson: LessonPage): Promise<void>
  /** The same attack fails. */
  repaired: Typed[]
}

const STARTED = /^[0-9a-f]{64}$/m
const TOKEN = /^\/\/registry\.lab:4873\/:_authToken=[0-9a-f]{16,}$/m

export const WALKS: Walk[] = [
  {
    lesson: 'ship-without-root/who-am-i',
    attack: [
      { block: 'docker build -t web .', prints: [STARTED] },
      { block: 'docker exec web whoami', prints: [/^root$/m] },
      {
        block: "docker exec web grep -E '^(Uid|CapEff)'",
        prints: [/^Uid:(\s+0){4}$/m, /^CapEff:\s+00000000a80425fb$/m],
      },
      { block: 'docker exec web sh -c', prints: [/^\/\/ the intruder was here$/m, /^root:/m] },
      { block: 'id -un', prints: [/^learner$/m, /touch: .*Permission denied/] },
      {
        block: 'docker run --rm -v /etc:/host-etc web touch',
        prints: [/^-rw-r--r-- 1 root root 0 .*from-a-container$/m],
      },
    ],
    broken: {
      goals: { answers: 'passed', 'main-process': 'failed', 'image-user': 'failed' },
      goal: 'main-process',
      evidence: /Uid:\s+0\s+0\s+0\s+0/,
    },
    async repair(lesson) {
      await lesson.runBlock('docker rm -f web\ndocker run')
      await lesson.show('Dockerfile')
      await lesson.focusEditor()
      for (const key of ['Control+End', 'ArrowUp', 'Home']) await lesson.page.keyboard.press(key)
      await lesson.page.keyboard.type('USER node\n')
      await expect
        .poll(() => lesson.text())
        .toMatch(/^EXPOSE 8080\nUSER node\nCMD \["node", "server\.js"\]$/m)
      await lesson.saved()
    },
    repaired: [
      {
        block: 'docker build -t web .\nsh run.sh\ndocker exec web whoami',
        prints: [
          /^node$/m,
          /^Uid:(\s+1000){4}$/m,
          /^CapEff:\s+0{16}$/m,
          /server\.js: Permission denied/,
          /touch: .*Permission denied/,
        ],
      },
    ],
  },
  {
    lesson: 'ship-without-root/port-80',
    attack: [
      { block: 'docker build -t web .', prints: [/Error: listen EACCES: permission denied 0\.0\.0\.0:80/] },
      { block: 'try() {', prints: [] },
      { block: 'try --user 0', prints: [/^order desk open on 0\.0\.0\.0:80, uid 0$/m] },
      {
        block: 'try --cap-add NET_BIND_SERVICE',
        prints: [/^Error: listen EACCES.*:80$/m],
        never: /^order desk open/m,
      },
      {
        block: 'try --user 0 --cap-drop ALL',
        prints: [/^Error: listen EACCES/m, /^order desk open on 0\.0\.0\.0:80, uid 0$/m],
        never: /Terminated/,
      },
      { block: 'docker run --rm web cat /proc/sys', prints: [/^1024$/m] },
    ],
    broken: {
      goals: { refused: 'passed', answers: 'failed', fix: 'failed' },
      goal: 'answers',
      evidence: /EACCES/,
    },
    async repair(lesson) {
      await solve(lesson, 'solution-publish', ['Dockerfile', 'run.sh'])
    },
    repaired: [
      {
        block: 'docker rm -f web\ndocker build',
        prints: [/^HTTP\/1\.1 200 OK$/m, /\{"desk":"open","order":"GET \/scan\/4711"\}/],
      },
    ],
  },
  {
    lesson: 'ship-without-secrets/secret-in-a-layer',
    attack: [
      { block: 'docker build --build-arg NPM_TOKEN', prints: [/^nothing to see here$/m], never: TOKEN },
      { block: 'mkdir -p ~/xray', prints: [/^nothing to see here$/m, TOKEN] },
      { block: 'token=$(find', prints: [/^1\.0\.0$/m] },
      { block: 'docker history --no-trunc', prints: [/NPM_TOKEN=[0-9a-f]{16,}/] },
      { block: 'DOCKER_BUILDKIT=0 docker build', prints: [TOKEN] },
    ],
    broken: {
      goals: { answers: 'passed', 'secret-used': 'passed', unrecoverable: 'failed' },
      goal: 'unrecoverable',
      evidence: /^layer .* \/root\/\.npmrc: plain, the whole token, deleted or overwritten by a later layer/m,
    },
    async repair(lesson) {
      await lesson.runBlock('rm -rf ~/xray\ndocker rmi')
      await solve(lesson, 'solution', ['.npmrc', 'Dockerfile'])
    },
    repaired: [
      { block: 'docker build --secret', prints: [] },
      {
        block:
          'mkdir -p ~/xray\ndocker save web | tar -x -C ~/xray\nfind ~/xray -type f -exec tar -xOf {} root/.npmrc \\; 2>/dev/null\ndocker history',
        prints: [],
        never: TOKEN,
      },
    ],
  },
]

async function solve(lesson: LessonPage, solution: string, files: string[]): Promise<void> {
  const [course, name] = new URL(lesson.page.url()).pathname.split('/').filter(Boolean).slice(-2)
  for (const file of files)
    await lesson.write(file, await readFile(join(ROOT, 'lessons', course!, name!, solution, file), 'utf8'))
}

/** What the page says on the way, in one language. */
export interface Words {
  language: 'en' | 'ja'
  notYet: string
  open: RegExp
  passed: RegExp
  /** The mark on the home page. */
  mark: string
}

/** The whole lesson by its buttons: attack, Check (red), repair, the attack again, Build & Run, Check (green), the mark at home. */
export async function walkToGreen(open: Open, walk: Walk, words: Words): Promise<void> {
  const { lesson: id, broken } = walk
  const page = await open(`/${words.language}/lessons/${id}/`, { viewport: { width: 1600, height: 1500 } })
  const lesson = await new LessonPage(page).ready()
  expect(new Set(Object.values(await lesson.goals()))).toEqual(new Set(['open']))
  await typeAll(lesson, walk.attack)

  expect(await lesson.check()).toMatchObject(broken.goals)
  expect(await lesson.evidence(broken.goal)).toMatch(broken.evidence)
  expect(await lesson.goal(broken.goal).locator('.goal-status').innerText()).toBe(words.notYet)
  expect(await page.locator('[data-verdict]').innerText()).toMatch(words.open)

  await walk.repair(lesson)
  await typeAll(lesson, walk.repaired)
  await lesson.buildAndRun()
  await lesson.panel('output')
  await expect
    .poll(() => page.locator('.container-output').innerText())
    .toMatch(/order desk open on .* uid 1000/)
  expect(new Set(Object.values(await lesson.check()))).toEqual(new Set(['passed']))
  expect(await page.locator('[data-verdict]').innerText()).toMatch(words.passed)

  await page.locator('a.brand').click()
  await page.locator(`a[data-lesson="${id}"] .state`, { hasText: words.mark }).waitFor()
}

/** Presses the prose's buttons one after the other. */
async function typeAll(lesson: LessonPage, all: Typed[]): Promise<void> {
  for (const { block, prints, never } of all) {
    const screen = await lesson.runBlock(block)
    for (const line of prints) expect(screen, block).toMatch(line)
    if (never) expect(screen, block).not.toMatch(never)
  }
}
