import type { Files } from '../files/sync.ts'
import type { KeptTerminal } from '../terminal/terminals.ts'

/** What this tab keeps of a lesson over a reload. Another tab has its own. */
export function keptOfTab(lesson: string) {
  return {
    drafts: slot<Files>(`drydock.drafts.${lesson}`, {}, (files) => Object.keys(files).length === 0),
    terminals: slot<KeptTerminal[]>(`drydock.terminals.${lesson}`, [], (kept) => kept.length === 0),
  }
}

function slot<T>(key: string, empty: T, isEmpty: (value: T) => boolean) {
  return {
    read(): T {
      try {
        return JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? empty
      } catch {
        return empty
      }
    },
    write(value: T): void {
      try {
        if (isEmpty(value)) sessionStorage.removeItem(key)
        else sessionStorage.setItem(key, JSON.stringify(value))
      } catch {
        // Refused or full: the server has all but the last edits.
      }
    },
  }
}
