import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

export const PHASE_MS = 90_000 // a build, or a grading on a host that is yet to start, while others work on the same two cores

export type GoalStatus = 'open' | 'checking' | 'passed' | 'failed' | 'skipped' | 'error'

/** The lesson page as a learner uses it: by its buttons, its keys and what can be read on it. */
export class LessonPage {
  readonly page: Page
  #commands = 0

  constructor(page: Page) {
    this.page = page
  }

  action(name: string): Locator {
    return this.page.locator(`[data-action="${name}"]`)
  }

  /** The workspace is there, the Docker host has started, and a shell waits for input. */
  async ready(): Promise<this> {
    await this.phase('ready', 'running')
    await this.page.locator('.monaco-editor .view-line').first().waitFor()
    await this.prompt()
    return this
  }

  async phase(...phases: string[]): Promise<void> {
    await expect
      .poll(() => this.page.locator('.status').getAttribute('data-phase'), { timeout: PHASE_MS })
      .toBeOneOf(phases)
  }

  /** All files as at the beginning, no container, the shell in front and its screen empty. */
  async fresh(): Promise<this> {
    await this.ready()
    await this.action('more').click()
    await this.action('reset-all').click()
    await this.action('reset-all-yes').click()
    await expect.poll(() => this.page.locator('.editor-pane [role=tab][data-state]').count()).toBe(0)
    await this.page
      .locator('.editor-pane .notice > .button.quiet')
      .evaluateAll((all) => all.forEach((dismiss) => void (dismiss as HTMLElement).click()))
    await this.command('docker rm -f web; clear')
    return this
  }

  // The files

  tab(path: string): Locator {
    return this.page.locator(`[id="file-${path}"]`)
  }

  async show(path: string): Promise<void> {
    await this.tab(path).click()
    await this.shown(path)
  }

  /** The file's text is in the editor. */
  async shown(path: string): Promise<void> {
    await this.page.locator(`.editor-pane [data-uri="workspace:/${path}"]`).waitFor()
  }

  /** Pastes a text in place of the whole file. */
  async write(path: string, text: string): Promise<void> {
    await this.show(path)
    await this.focusEditor()
    await this.page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text)
    await this.page.keyboard.press('Control+A')
    await this.page.keyboard.press(text === '' ? 'Delete' : 'Control+V')
    await expect.poll(() => this.text()).toBe(text.replace(/\n$/, ''))
    await this.saved()
  }

  async focusEditor(): Promise<void> {
    await this.page.locator('.editor-pane .view-lines').click({ position: { x: 5, y: 5 } })
  }

  /** What the editor shows of the open file (files of the lessons fit in it), without the last line's end. */
  async text(): Promise<string> {
    const lines = await this.page.locator('.editor-pane .view-line').evaluateAll((all) =>
      all
        .map((line) => ({
          top: Number.parseFloat((line as HTMLElement).style.top),
          text: line.textContent ?? '',
        }))
        .sort((a, b) => a.top - b.top)
        .map(({ text }) => text.replaceAll('\u00a0', ' ')),
    )
    return lines.join('\n').replace(/\n$/, '')
  }

  /** The server has everything that was typed. */
  async saved(): Promise<void> {
    await expect.poll(() => this.page.locator('.status').getAttribute('data-saved')).toBe('true')
  }

  // Building and checking

  async buildAndRun(...phases: string[]): Promise<void> {
    await this.action('run').click()
    await this.page.locator('.build-log').waitFor()
    await this.phase(...(phases.length > 0 ? phases : ['running']))
  }

  /** Brings a tab of the lower half to the front: `build`, `output`, `shell-1`, `container-1` … */
  async panel(key: string): Promise<void> {
    await this.page.locator(`[id="panel-${key}"]`).click()
  }

  async check(): Promise<Record<string, GoalStatus>> {
    await this.action('check').click()
    await this.page.locator('.status[data-phase=checking]').waitFor()
    await this.page.locator('[data-verdict]').waitFor({ timeout: PHASE_MS })
    return this.goals()
  }

  async goals(): Promise<Record<string, GoalStatus>> {
    const all = await this.page
      .locator('[data-goal]')
      .evaluateAll((goals) =>
        goals.map((goal) => [goal.getAttribute('data-goal')!, goal.getAttribute('data-status')!]),
      )
    return Object.fromEntries(all) as Record<string, GoalStatus>
  }

  goal(id: string): Locator {
    return this.page.locator(`[data-goal="${id}"]`)
  }

  /** The raw facts behind a verdict, opened as a learner opens them. */
  async evidence(id: string): Promise<string> {
    const goal = this.goal(id)
    for (const details of ['details.goal-detail', 'details.evidence']) {
      const one = goal.locator(details)
      if ((await one.getAttribute('open')) === null) await one.locator('summary').first().click()
    }
    return goal.locator('details.evidence pre').innerText()
  }

  // The terminal in front

  get screen(): Locator {
    return this.page.locator('.terminal[data-terminal]:not([hidden])')
  }

  /** The rows that it shows, without the empty ones at the end. */
  async rows(): Promise<string[]> {
    const rows = await this.screen
      .locator('.xterm-rows > div')
      .evaluateAll((all) => all.map((row) => (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd()))
    while (rows.at(-1) === '') rows.pop()
    return rows
  }

  async shows(what: RegExp, timeout = PHASE_MS): Promise<void> {
    await expect.poll(async () => (await this.rows()).join('\n'), { timeout }).toMatch(what)
  }

  /** The shell waits for a command. */
  async prompt(): Promise<void> {
    await expect.poll(async () => (await this.rows()).at(-1) ?? '', { timeout: PHASE_MS }).toMatch(/[$#]$/)
  }

  /** Types into the terminal that has the keys. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.insertText(text)
  }

  async focusTerminal(): Promise<void> {
    await this.screen.locator('.xterm-helper-textarea').focus()
  }

  /** One command typed into the shell in front; resolves with the rows on the screen when it has ended. */
  async command(line: string): Promise<string> {
    await this.focusTerminal()
    const number = 1000 + ++this.#commands
    // The echo shows a sum, only the command prints its result.
    await this.type(`${line}; echo end-of-$((${number} + 4000))`)
    await this.page.keyboard.press('Enter')
    await this.shows(new RegExp(`end-of-${number + 4000}$`, 'm'))
    await this.prompt()
    return (await this.rows()).join('\n')
  }

  /** Presses "Run in terminal" of the prose's block that begins so, on an empty screen. */
  async runBlock(begins: string): Promise<string> {
    const block = this.page
      .locator('.code.runs')
      .filter({ has: this.page.locator('pre', { hasText: begins }) })
      .first()
    const lines = (await block.locator('pre').innerText()).trimEnd().split('\n')
    const commands = lines.filter((line) => !line.endsWith('\\')).length
    const before = await this.#numberedPrompt()
    await this.focusTerminal()
    await this.page.keyboard.press('Control+L')
    await expect.poll(async () => (await this.rows()).length).toBe(1)
    await block.locator('[data-code=run]').click()
    await expect
      .poll(async () => promptNumber((await this.rows()).at(-1)), { timeout: PHASE_MS })
      .toBe(before + commands)
    return (await this.rows()).join('\n')
  }

  /** The number of the command that the shell waits for. Its prompt is made to show it: so a command that has ended can be told from one that runs. */
  async #numberedPrompt(): Promise<number> {
    const last = async () => promptNumber((await this.rows()).at(-1))
    if ((await last()) === undefined) await this.command('PS1="[\\#] $PS1"')
    await expect.poll(last).toBeDefined()
    return (await last())!
  }
}

const promptNumber = (row = ''): number | undefined => {
  const found = /^\[(\d+)\] .*\$$/.exec(row)
  return found ? Number(found[1]) : undefined
}
