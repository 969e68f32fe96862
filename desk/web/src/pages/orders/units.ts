/** The units that orders are handed on to, from their register; asked for once. */

import { ref } from 'vue'

import { get } from '@/api/http'

interface Entry {
  id: string
  entry: { name?: string }
}

const units = ref<{ value: string; label: string }[]>([])

export function useUnits() {
  async function load(): Promise<void> {
    if (units.value.length > 0) return
    const { entries } = await get<{ entries: Entry[] }>('/registers/unit')
    units.value = entries.map(({ id, entry }) => ({ value: id, label: entry.name ?? id }))
  }
  return { units, load }
}
