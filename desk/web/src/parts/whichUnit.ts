/** Which unit is complained of, where what was written is like a unit's name and none exactly: a person says. */

import { computed, ref } from 'vue'

import { Refused } from '@/api/http'

/** As the server takes it: none of them. */
const NONE = 'none'

export function useWhichUnit(none: () => string) {
  const units = ref<Readonly<Record<string, string>>>({})
  const asked = computed(() => Object.keys(units.value).length > 0)
  const options = computed(() => [
    ...Object.entries(units.value).map(([value, label]) => ({ value, label })),
    { value: NONE, label: none() },
  ])

  /** Whether that is what was refused: it is asked from now on. */
  function asks(error: unknown): boolean {
    if (!(error instanceof Refused) || error.code !== 'which_unit') return false
    units.value = error.units
    return true
  }

  function forget(): void {
    units.value = {}
  }

  return { asked, options, asks, forget }
}
