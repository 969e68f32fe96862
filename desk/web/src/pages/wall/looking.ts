/** What the wallboard looks at: the live floor, the time that went on since it was told, the line that is chosen. */

import { computed, ref } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { useLive } from '@/api/live'
import { useTicking } from '@/parts/ticking'
import { names } from './judging'

export interface Chosen {
  kind: 'line' | 'agent' | 'call'
  id: string
}

export function useLooking() {
  const { floor, connected, heard } = useLive()
  const now = useTicking()
  const route = useRoute()
  const router = useRouter()

  const line = computed<string | null>({
    get: () => (typeof route.query.line === 'string' && route.query.line ? route.query.line : null),
    set: (id) => void router.replace({ query: { ...route.query, line: id ?? undefined } }),
  })
  /** Seconds since the floor was told; none while nothing comes, so that no number grows that nobody knows of. */
  const since = computed(() => (connected.value ? Math.max(0, (now.value - heard.value) / 1000) : 0))
  const lines = computed(() => (floor.value?.lines ?? []).filter((one) => line.value === null || one.id === line.value))
  const lineNames = computed(() => (floor.value === null ? new Map<string, string>() : names(floor.value)))
  const chosen = ref<Chosen | null>(null)
  return { floor, connected, heard, since, line, lines, lineNames, chosen }
}

/** Up and down between the buttons of a table's rows. */
export function onRowKey(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const table = (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('tbody [data-row]')
  const all = [...table]
  const at = all.indexOf(document.activeElement as HTMLElement)
  if (at < 0) return
  event.preventDefault()
  all[at + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
}
