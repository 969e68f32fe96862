/** Articles as somebody types: each pause asks once, and an answer to an older question is no answer. */

import { onScopeDispose, ref, shallowRef, watch } from 'vue'

import { get, type Query } from '@/api/http'
import { complain } from '@/parts/told'
import type { Hit } from './article'

/** Milliseconds without a key. An input method that still composes asks nothing. */
const PAUSE = 120

export function useSearch(near: () => Query) {
  const typed = ref('')
  const hits = shallowRef<Hit[]>([])
  const active = ref(-1)
  const asking = ref(false)
  /** The question that `hits` answer. */
  const answered = ref<string | null>(null)
  let asked = 0
  let later: ReturnType<typeof setTimeout> | undefined

  async function ask(): Promise<void> {
    const mine = ++asked
    const question = typed.value.trim()
    asking.value = true
    try {
      const told = await get<{ articles: Hit[] }>('/knowledge', { q: question, ...near() })
      if (mine !== asked) return
      hits.value = told.articles
      answered.value = question
      active.value = question !== '' && told.articles.length > 0 ? 0 : -1
    } catch (error) {
      if (mine === asked) complain(error)
    } finally {
      if (mine === asked) asking.value = false
    }
  }

  function move(by: number): void {
    const count = hits.value.length
    if (count > 0) active.value = (Math.max(active.value, by > 0 ? -1 : 0) + by + count) % count
  }

  watch(typed, () => {
    clearTimeout(later)
    later = setTimeout(() => void ask(), PAUSE)
  })
  watch(near, (now, before) => {
    if (JSON.stringify(now) !== JSON.stringify(before)) void ask()
  })
  onScopeDispose(() => clearTimeout(later))
  void ask()
  return { typed, hits, active, asking, answered, ask, move }
}
