/** Chinese and English. Each page brings its own words: `usePageWords({ zh, en })`. */

import { createI18n, useI18n } from 'vue-i18n'
import { computed, type ComputedRef } from 'vue'

import { words } from './shell/words'

export type Language = 'zh' | 'en'

/** English must have every word that Chinese has, and no other. */
export interface Words<T> {
  zh: T
  en: { [K in keyof T]: T[K] extends string ? string : { [L in keyof T[K]]: string } }
}

function wanted(): Language {
  const asked = new URLSearchParams(location.search).get('lang') ?? stored()
  return asked === 'en' ? 'en' : 'zh'
}

function stored(): string | null {
  try {
    return localStorage.getItem('language')
  } catch {
    return null
  }
}

export const i18n = createI18n({
  legacy: false,
  locale: wanted(),
  fallbackLocale: 'zh',
  messages: words,
  missingWarn: false,
  fallbackWarn: false,
})

export function language(): Language {
  return i18n.global.locale.value as Language
}

export function speak(next: Language): void {
  i18n.global.locale.value = next
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en'
  try {
    localStorage.setItem('language', next)
  } catch {
    // storage is forbidden: the choice lasts as long as the page
  }
}

type Speaks = (key: string, named?: Record<string, unknown>) => string

/** The words of a page or a part; those of the shell (`presence.ready`, `close` …) are found behind them. */
export function usePageWords<T extends object>(own: Words<T>): { t: Speaks } {
  const local = useI18n as unknown as (options: object) => { t: Speaks } // its own types nest too deeply to be checked
  const { t } = local({ useScope: 'local', inheritLocale: true, messages: own })
  return { t: (key, named = {}) => t(key, named) }
}

/** The one of two texts that is in the reader's language. */
export function either(zh: string, en: string): ComputedRef<string> {
  return computed(() => (language() === 'zh' ? zh : en))
}
