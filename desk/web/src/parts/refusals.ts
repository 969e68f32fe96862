/**
 * Why something was refused, in the reader's language. The server says it in English, one sentence for people: in
 * Chinese that sentence is looked up, as programs do with their messages, and what stands in its holes is put in.
 */

import { Refused } from '@/api/http'
import { i18n, language } from '@/i18n'

type Words = typeof import('./refusalWords')

interface Sentence {
  pattern: RegExp
  chinese: string
}

let loaded: Promise<{ words: Words; sentences: readonly Sentence[] }> | undefined

function load() {
  loaded ??= import('./refusalWords').then((words) => ({ words, sentences: patterns(words) }))
  return loaded
}

/** Those with the most letters of their own first: `{}: {}` fits many. */
export function patterns({ SENTENCES }: Words): Sentence[] {
  return [...SENTENCES]
    .sort(([one], [other]) => other.replaceAll('{}', '').length - one.replaceAll('{}', '').length)
    .map(([english, chinese]) => ({
      pattern: new RegExp(`^${english.split('{}').map(escaped).join('([\\s\\S]*?)')}$`),
      chinese,
    }))
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** A sentence of the server in Chinese; nothing where it is none that we know. */
export function inChinese(said: string, words: Words, sentences: readonly Sentence[], depth = 0): string | null {
  for (const { pattern, chinese } of sentences) {
    const holes = pattern.exec(said)?.slice(1)
    if (holes === undefined) continue
    let whole = true
    const told = chinese.replace(/\{(\d)\}/g, (_, nth: string) => {
      const hole = holes[Number(nth)] ?? ''
      const bare = hole.replace(/^'(.*)'$/, '$1')
      if (words.CALLED[bare] !== undefined) return words.CALLED[bare]
      const sentence = depth < 2 ? inChinese(hole, words, sentences, depth + 1) : null
      if (sentence === null && / [a-z]+ /.test(hole)) whole = false
      return sentence ?? bare
    })
    if (whole) return told
  }
  return null
}

/** English as the server says it, without the forms' own words in brackets. */
function inEnglish(said: string): string {
  return said.replace(/ ?\([^()]*\p{Script=Han}[^()]*\)/gu, '')
}

/** A sentence that the server said; `code` is what it is called for programs. */
export async function whyOf(said: string | null, code = 'failed', request = ''): Promise<string> {
  if (language() === 'en') return inEnglish(said ?? '')
  const { words, sentences } = await load()
  const found = inChinese(said ?? '', words, sentences)
  if (found !== null) return found
  const called = words.CODES[code] ?? words.CODES.failed ?? ''
  return request ? `${called}（${request.slice(0, 8)}）` : called
}

/** A sentence of the server's in the reader's language; nothing for what somebody else said. */
export async function known(said: string): Promise<string | null> {
  if (language() === 'en') return null
  const { words, sentences } = await load()
  return inChinese(said, words, sentences)
}

/** Several sentences of the server's with `; ` between them, in the reader's language. */
export async function allOf(said: string): Promise<string> {
  const found = await Promise.all(said.split('; ').map(async (one) => (await known(one)) ?? one))
  return found.join(language() === 'en' ? '; ' : '；')
}

/** What went wrong, in words for whoever asked for it. */
export async function wordsOf(error: unknown): Promise<string> {
  const { t } = i18n.global
  if (error instanceof Refused) {
    if (error.status === 0) return t('unreachable')
    return whyOf(error.message, error.code, error.request)
  }
  return t('failed', { why: error instanceof Error ? error.message : String(error) })
}

/** What is wrong in each field of a form, in the reader's language. */
export async function fieldsOf(fields: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const told = Object.entries(fields).map(async ([name, why]) => [name, await whyOf(why, 'unfit')] as const)
  return Object.fromEntries(await Promise.all(told))
}
