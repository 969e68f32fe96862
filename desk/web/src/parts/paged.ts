/** A list of the API that comes in pages: from the newest on, and more of it when asked. */

import { ref, shallowRef, watch } from 'vue'

import { get, type Query } from '@/api/http'
import { complain } from './told'

/** `list` is the field that the rows come in; a changed `filters()` begins anew. */
export function usePaged<T>(path: string, list: string, filters: () => Query) {
  const rows = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const loading = ref(false)
  let asked = 0

  async function load(after: string | null = null): Promise<void> {
    const mine = ++asked
    loading.value = true
    try {
      const told = await get<Record<string, unknown>>(path, { ...filters(), limit: 100, after })
      if (mine !== asked) return // the filters were changed meanwhile
      const page = told[list] as T[]
      rows.value = after === null ? page : [...rows.value, ...page]
      next.value = told.next as string | null
    } catch (error) {
      complain(error)
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  watch(
    () => JSON.stringify(filters()),
    () => load(),
    { immediate: true },
  )
  return { rows, next, loading, load }
}
