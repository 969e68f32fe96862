/** Who is calling: asked for when the agent's call, or what they do with it, changes. */

import { shallowRef, watch, type Ref } from 'vue'

import type { Presence } from '@/api/floor'
import { get } from '@/api/http'
import { complain } from '@/parts/told'
import type { Dossier } from './told'

const WITH_A_CALLER: readonly Presence[] = ['offered', 'talking', 'wrap_up']

/** `presence` and `call` are the seat's. What was told last stays until another call comes. */
export function useCaller(presence: Ref<Presence | null>, call: Ref<string | null>) {
  const caller = shallowRef<Dossier | null>(null)

  watch(
    [presence, call],
    async ([now], [before]) => {
      if (now === null || !WITH_A_CALLER.includes(now)) {
        if (before === 'offered' || before === undefined) caller.value = null
        return
      }
      try {
        const told = await get<{ caller: Dossier | null }>('/desk/caller')
        if (told.caller !== null) caller.value = told.caller
      } catch (error) {
        complain(error)
      }
    },
    { immediate: true },
  )

  return { caller }
}
