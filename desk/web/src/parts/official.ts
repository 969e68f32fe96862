/** Words of the official papers in the reader's language. What is written in them is shown as it was written. */

import { language } from '@/i18n'
import { FILLED, OFFICIAL } from './officialWords'

const filled = FILLED.map(([chinese, english]) => ({
  pattern: new RegExp(
    `^${chinese
      .split('{}')
      .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('(.+?)')}$`,
  ),
  english,
}))

/** A word, label or note of a paper; as it stands where we have no other. */
export function official(text: string): string {
  return language() === 'zh' ? text : inEnglish(text)
}

/** The same whatever the language is. */
export function inEnglish(text: string): string {
  const known = OFFICIAL[text]
  if (known !== undefined) return known
  for (const { pattern, english } of filled) {
    const holes = pattern.exec(text)?.slice(1)
    if (holes) return english.replace(/\{(\d)\}/g, (_, nth: string) => inEnglish(holes[Number(nth)]!))
  }
  return text
}

/** The language of a text that may be neither ours: for screen readers. */
export function tongue(text: string): string | undefined {
  return language() === 'en' && /\p{Script=Han}/u.test(text) ? 'zh-CN' : undefined
}
