/** The value that a colour token has right now, as `#rrggbb`: Monaco and xterm draw by themselves and know no CSS variables. */
export function tokenColor(token: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${token})`
  document.body.append(probe)
  const rgb = getComputedStyle(probe).color
  probe.remove()
  return hexOf(rgb)
}

/** `rgb(1, 2, 3)` → `#010203`. */
export function hexOf(rgb: string): string {
  const parts = rgb.match(/[\d.]+/g)?.slice(0, 3) ?? ['0', '0', '0']
  return `#${parts.map((part) => Math.round(Number(part)).toString(16).padStart(2, '0')).join('')}`
}

export function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
}
