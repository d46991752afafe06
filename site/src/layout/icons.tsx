const PATHS = {
  play: 'M7 5l12 7-12 7z',
  stop: 'M6 6h12v12H6z',
  check: 'M5 12.5l5 5L19.5 7',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  cross: 'M7 7l10 10M17 7L7 17',
  dash: 'M6 12h12',
  box: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16.2 16.2L21 21',
  up: 'M6 15l6-6 6 6',
  down: 'M6 9l6 6 6-6',
  reset: 'M4 5v5h5M4.6 10a8 8 0 1 1-.5 4',
} as const

const SOLID = new Set(['play', 'stop'])
const HEAVY = new Set(['more', 'check', 'cross'])

export function Icon({ name }: { name: keyof typeof PATHS }) {
  const weight = HEAVY.has(name) ? 3 : 2
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill={SOLID.has(name) ? 'currentColor' : 'none'}
      stroke-width={weight}
    >
      <path d={PATHS[name]} />
    </svg>
  )
}
