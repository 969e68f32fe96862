/** The agent's own seat, as the live floor tells it, and what they may want now. */

import { computed, ref } from 'vue'

import type { FloorAgent, FloorTalk, TalkState } from '@/api/floor'
import { post } from '@/api/http'
import { useLive } from '@/api/live'
import { complain } from '@/parts/told'
import { useTicking } from '@/parts/ticking'
import { useSession } from '@/session'

/** What can be asked of a seat: docs/floor.md. */
export type Verb =
  | 'ready'
  | 'break'
  | 'extend'
  | 'hold'
  | 'resume'
  | 'transfer'
  | 'complete'
  | 'cancel'
  | 'merge'
  | 'leave'
  | 'flag'
  | 'pause-recording'
  | 'resume-recording'
  | 'hangup'

/** What fits while a talk is so: as `ivr/talk/states.py` allows it. */
const FITS: Record<TalkState, readonly Verb[]> = {
  talking: ['hold', 'transfer', 'flag', 'pause-recording', 'resume-recording', 'hangup'],
  held: ['resume', 'transfer', 'flag', 'hangup'],
  asking: ['cancel', 'flag', 'hangup'],
  consulting: ['complete', 'cancel', 'merge', 'flag', 'hangup'],
  together: ['leave', 'complete', 'flag', 'hangup'],
  passing: [],
  away: [],
}

/** What goes with a talk by the FastAGI door (docs/fastagi.md): high risk is told to the leaders, not to Asterisk. */
const AGI_FITS: readonly Verb[] = ['flag', 'ready', 'break']

/** What fits a seat now; with a talk that is `fixed` only what leaves it alone. */
export function fitting(agent: FloorAgent | null, fixed = false): readonly Verb[] {
  const verbs = fittingAny(agent)
  return fixed && agent?.presence === 'talking' ? verbs.filter((verb) => AGI_FITS.includes(verb)) : verbs
}

function fittingAny(agent: FloorAgent | null): readonly Verb[] {
  switch (agent?.presence) {
    case 'ready':
      return ['break']
    case 'break':
      return ['ready', 'break']
    case 'wrap_up':
      return ['ready', 'break', 'extend']
    case 'offered':
      return agent.wish === null ? ['break'] : ['ready', 'break']
    case 'talking':
      return [...FITS[agent.talk ?? 'talking'], ...(agent.wish === null ? [] : (['ready'] as const)), 'break']
    default:
      return []
  }
}

export function useSeat() {
  const { floor, heard, connected } = useLive()
  const { me } = useSession()
  const tick = useTicking()
  const busy = ref<Verb | null>(null)

  const agent = computed(() => floor.value?.agents.find((one) => one.id === me.value?.agent) ?? null)
  const talk = computed<FloorTalk | null>(() => floor.value?.talks.find((one) => one.agent === agent.value?.id) ?? null)
  const call = computed(() => agent.value?.call?.split('~')[0] ?? null)
  const later = computed(() => Math.max(0, (tick.value - heard.value) / 1000))
  const seconds = computed(() => (agent.value?.seconds ?? 0) + later.value)
  /** Seconds until the wrap-up is over by itself; null when it is not. */
  const backIn = computed(() => {
    const at = agent.value?.back_at
    if (at === null || at === undefined || floor.value === null) return null
    return Math.max(0, (Date.parse(at) - Date.parse(floor.value.now)) / 1000 - later.value)
  })
  const fixed = computed(() => talk.value?.fixed ?? false)
  const may = computed(() => new Set(fitting(agent.value, fixed.value)))

  /** Asks for it; whether it was done. The same twice at once is one wish: a double click. */
  async function want(verb: Verb, said: object = {}): Promise<boolean> {
    if (busy.value === verb) return false
    busy.value = verb
    try {
      await post(`/desk/${verb}`, said)
      return true
    } catch (error) {
      complain(error)
      return false
    } finally {
      if (busy.value === verb) busy.value = null
    }
  }

  return { floor, connected, agent, talk, call, seconds, later, backIn, fixed, may, busy, want }
}

export type Seat = ReturnType<typeof useSeat>
