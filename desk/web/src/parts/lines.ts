/** The lines of the plan by their names, as the live floor or the records' words tell them; asked for once. */

import { ref } from 'vue'

import { get } from '@/api/http'
import type { Floor } from '@/api/floor'
import { can } from '@/session'

const lines = ref<{ id: string; name: string }[]>([])
let asked = false

export function useLines() {
  if (!asked && can('floor.read', 'floor.own')) {
    asked = true
    get<Floor>('/floor').then(
      (floor) => (lines.value = floor.lines.map(({ id, name }) => ({ id, name }))),
      () => (asked = false), // ids are shown then; the next page asks again
    )
  }
  const nameOf = (id: string | null) => lines.value.find((line) => line.id === id)?.name ?? id ?? ''
  return { lines, nameOf }
}
