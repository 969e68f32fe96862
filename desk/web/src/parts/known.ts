/** What the engine itself wrote as a reason, in the reader's language; what people wrote stays theirs. */

import { ref, watch } from 'vue'

import { language } from '@/i18n'
import { known } from './refusals'

/** `texts` are those that are shown; gives each in the reader's language, as it stands until that is known. */
export function useKnown(texts: () => readonly (string | null)[]) {
  const found = ref<Record<string, string>>({})
  watch(
    [texts, language],
    async ([now]) => {
      const own = [...new Set(now)].filter((text) => text !== null && text !== '') as string[]
      found.value = Object.fromEntries(
        await Promise.all(own.map(async (text) => [text, (await known(text)) ?? text] as const)),
      )
    },
    { immediate: true },
  )
  return (text: string | null): string => (text === null ? '' : (found.value[text] ?? text))
}
