/** Which thing of a list stands open, kept in the address: it can be sent to somebody, and the way back closes it. */

import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** `name` is the query's parameter. */
export function useChosen(name: string) {
  const route = useRoute()
  const router = useRouter()
  const chosen = computed(() => {
    const value = route.query[name]
    return typeof value === 'string' ? value : null
  })

  function choose(id: string | null): void {
    void router.replace({ query: { ...route.query, [name]: id ?? undefined } })
  }
  return { chosen, choose }
}
