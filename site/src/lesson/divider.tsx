import { useEffect, useRef } from 'preact/hooks'
import { readKept, writeKept } from '../layout/kept.ts'

const LEAST_PERCENT = 15
const MOST_PERCENT = 85
const STEP_PERCENT = 2

interface DividerProps {
  /** Its size is kept under this name. */
  name: 'columns' | 'rows'
  /** Of the line itself: a vertical one divides columns. */
  orientation: 'vertical' | 'horizontal'
  label: string
  /** Percent of the parent that the first side takes. */
  initial: number
}

/** The line between two panes: drag it, or move it with the arrow keys; a double click brings back the first size. Sets `--columns` or `--rows` on the nearest `[data-split]`. */
export function Divider({ name, orientation, label, initial }: DividerProps) {
  const line = useRef<HTMLDivElement>(null)
  const at = useRef(clamp(Number(readKept(name) ?? initial) || initial))
  const container = () => line.current?.closest<HTMLElement>('[data-split]')
  const move = (percent: number) => {
    at.current = clamp(percent)
    container()?.style.setProperty(`--${name}`, `${at.current}%`)
    line.current?.setAttribute('aria-valuenow', String(Math.round(at.current)))
  }
  useEffect(() => move(at.current), [])
  const keep = () => writeKept(name, at.current.toFixed(1))
  const drag = (event: PointerEvent) => {
    const element = line.current
    const box = container()?.getBoundingClientRect()
    if (!element || !box || event.button !== 0) return
    event.preventDefault()
    element.setPointerCapture(event.pointerId)
    const follow = (now: PointerEvent) =>
      move(
        orientation === 'vertical'
          ? ((now.clientX - box.left) / box.width) * 100
          : ((now.clientY - box.top) / box.height) * 100,
      )
    element.addEventListener('pointermove', follow)
    element.addEventListener(
      'lostpointercapture',
      () => {
        element.removeEventListener('pointermove', follow)
        keep()
      },
      { once: true },
    )
  }
  const keys = (event: KeyboardEvent) => {
    const [less, more] = orientation === 'vertical' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown']
    const by = event.key === less ? -STEP_PERCENT : event.key === more ? STEP_PERCENT : 0
    if (by === 0) return
    event.preventDefault()
    move(at.current + by)
    keep()
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a separator that moves is a widget, not a rule
    <div
      ref={line}
      class={`divider ${orientation}`}
      role="separator"
      tabIndex={0}
      aria-orientation={orientation}
      aria-label={label}
      aria-valuemin={LEAST_PERCENT}
      aria-valuemax={MOST_PERCENT}
      aria-valuenow={at.current}
      onPointerDown={drag}
      onKeyDown={keys}
      onDblClick={() => {
        move(initial)
        keep()
      }}
    />
  )
}

const clamp = (percent: number) => Math.min(Math.max(percent, LEAST_PERCENT), MOST_PERCENT)
