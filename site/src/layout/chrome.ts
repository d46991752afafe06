import { writeKept } from './kept.ts'

type Theme = 'dark' | 'light' | 'system'
const NEXT: Record<Theme, Theme> = { system: 'dark', dark: 'light', light: 'system' }

/** The controls of the top bar: theme and language. */
export function startChrome(): void {
  const toggle = document.querySelector<HTMLButtonElement>('[data-theme-toggle]')
  if (toggle) {
    let theme = asTheme(document.documentElement.dataset.theme)
    const show = () => {
      const label = toggle.dataset[`label${theme[0]?.toUpperCase()}${theme.slice(1)}`] ?? ''
      toggle.title = label
      toggle.setAttribute('aria-label', label)
    }
    toggle.addEventListener('click', () => {
      theme = NEXT[theme]
      if (theme === 'system') delete document.documentElement.dataset.theme
      else document.documentElement.dataset.theme = theme
      writeKept('theme', theme === 'system' ? null : theme)
      document.dispatchEvent(new CustomEvent('drydock:theme'))
      show()
    })
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
      document.dispatchEvent(new CustomEvent('drydock:theme')),
    )
    show()
  }
  for (const link of document.querySelectorAll<HTMLElement>('[data-language]')) {
    link.addEventListener('click', () => writeKept('language', link.dataset.language ?? null))
  }
}

const asTheme = (kept: string | null | undefined): Theme =>
  kept === 'dark' || kept === 'light' ? kept : 'system'
