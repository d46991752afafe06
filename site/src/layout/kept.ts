/** Small choices that outlive the page (theme, pane sizes). Storage may be refused by the browser: then nothing is kept, and nothing breaks. */
export function readKept(name: string): string | null {
  try {
    return localStorage.getItem(`drydock.${name}`)
  } catch {
    return null
  }
}

export function writeKept(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`drydock.${name}`)
    else localStorage.setItem(`drydock.${name}`, value)
  } catch {
    // Refused or full.
  }
}
