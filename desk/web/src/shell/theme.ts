/** Light, dark, or as the system is: kept by this browser. `public/theme.js` does the same before the first paint. */

import { ref } from 'vue'

export type Theme = 'auto' | 'light' | 'dark'

const system = matchMedia('(prefers-color-scheme: dark)')
const theme = ref<Theme>(stored())

function stored(): Theme {
  try {
    const found = localStorage.getItem('theme')
    return found === 'dark' || found === 'light' ? found : 'auto'
  } catch {
    return 'auto'
  }
}

function show(): void {
  const dark = theme.value === 'dark' || (theme.value === 'auto' && system.matches)
  document.documentElement.classList.toggle('dark', dark)
}

system.addEventListener('change', show)

export function useTheme() {
  return {
    theme,
    choose(next: Theme): void {
      theme.value = next
      try {
        localStorage.setItem('theme', next)
      } catch {
        // storage is forbidden: the choice lasts as long as the page
      }
      show()
    },
  }
}
