import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

const NEAR_END_PX = 40

/** Keeps a growing text at its end, unless the reader has scrolled back. */
export function useFollow(scroller: RefObject<HTMLElement | null>, content: unknown): void {
  const following = useRef(true)
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const look = () => {
      following.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX
    }
    element.addEventListener('scroll', look, { passive: true })
    return () => element.removeEventListener('scroll', look)
  }, [scroller.current])
  useEffect(() => {
    if (following.current && scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight
  }, [content])
}
