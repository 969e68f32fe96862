/** The agents by their names, as the live floor tells them; asked for once. Who may not see the floor reads ids. */

import { ref } from 'vue'

import type { Floor } from '@/api/floor'
import { get } from '@/api/http'
import { can } from '@/session'

const agents = ref<{ id: string; name: string }[]>([])
let asked = false

export function useAgents() {
  if (!asked && can('floor.read', 'floor.own')) {
    asked = true
    get<Floor>('/floor').then(
      (floor) => (agents.value = floor.agents.map(({ id, name }) => ({ id, name }))),
      () => (asked = false), // the next page asks again
    )
  }
  const agentOf = (id: string | null) => agents.value.find((agent) => agent.id === id)?.name ?? id ?? ''
  return { agents, agentOf }
}
