// Before the first paint: no flash of the wrong theme.
;(function () {
  var wanted = null
  try {
    wanted = localStorage.getItem('theme')
  } catch {
    wanted = null // storage is forbidden: the machine's own theme
  }
  var dark = wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.classList.toggle('dark', dark)
})()
