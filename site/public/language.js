// The address without a language: the one chosen before, else the browser's first that exists.
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('drydock.language')
  } catch {
    // Storage may be refused: the browser's languages decide.
  }
  const wanted = [chosen, ...navigator.languages].map((name) => String(name).slice(0, 2))
  location.replace(`/${wanted.find((name) => name === 'en' || name === 'ja') ?? 'en'}/`)
})()
