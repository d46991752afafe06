import type { Translate } from '../i18n/catalog.ts'

const COPIED_MS = 1_600

/** The Copy and Run-in-terminal buttons of the text's code blocks. */
export function startCodeButtons(page: Document, t: Translate, run: (text: string) => void): void {
  page.addEventListener('click', (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>('[data-code]')
    const code = button?.closest('.code')?.querySelector('pre')?.textContent
    if (!button || code == null) return
    if (button.dataset.code === 'run') run(asTyped(code))
    else void copy(button, code, t)
  })
}

/** Lines as if typed, each ended by Enter. */
export function asTyped(code: string): string {
  return `${code.replace(/\n+$/, '').replaceAll('\n', '\r')}\r`
}

async function copy(button: HTMLButtonElement, code: string, t: Translate): Promise<void> {
  const label = button.querySelector('span')
  await navigator.clipboard.writeText(code)
  if (!label) return
  label.textContent = t('code.copied')
  setTimeout(() => {
    label.textContent = t('code.copy')
  }, COPIED_MS)
}
