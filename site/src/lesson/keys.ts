export interface Pane {
  root: HTMLElement | (() => HTMLElement | null)
  focus(): void
}

/**
 * The keys of the whole page, also from inside the editor and the terminals, which otherwise take every key: F6 and
 * Shift+F6 go round the panes (the desktops' own key for it), Ctrl/Cmd+Enter builds and runs.
 */
export function startKeys({ panes, run }: { panes: Pane[]; run(): void }): void {
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'F6' && !event.ctrlKey && !event.altKey && !event.metaKey) {
        take(event)
        const here = panes.findIndex((pane) => rootOf(pane)?.contains(document.activeElement))
        panes[nextPane(here, panes.length, event.shiftKey)]?.focus()
      } else if (
        event.key === 'Enter' &&
        (event.ctrlKey || event.metaKey) &&
        !event.altKey &&
        !event.isComposing
      ) {
        take(event)
        if (!event.repeat) run()
      }
    },
    { capture: true },
  )
}

/** From no pane (−1) forwards to the first, backwards to the last. */
export function nextPane(here: number, count: number, back: boolean): number {
  if (here < 0) return back ? count - 1 : 0
  return (here + (back ? count - 1 : 1)) % count
}

const rootOf = (pane: Pane) => (typeof pane.root === 'function' ? pane.root() : pane.root)

function take(event: Event): void {
  event.preventDefault()
  event.stopPropagation()
}
