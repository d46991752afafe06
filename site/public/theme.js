// Loaded before the first paint, so that a chosen theme never flashes the other one.
;(() => {
  try {
    const chosen = localStorage.getItem('drydock.theme')
    if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen
  } catch {
    // Storage may be refused: the system's theme stays.
  }
})()
