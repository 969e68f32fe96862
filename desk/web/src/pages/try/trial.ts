/** The trial's caller: a key that works once, then a telephone that may dial. */

import { onScopeDispose, readonly, ref } from 'vue'

import { post, Refused } from '@/api/http'
import { NoMicrophone, open as openMicrophone, playOn, shut, speaker, type Trouble } from '@/phone/devices'
import type { Account, Line, Session } from '@/phone/line'
import { tab } from '@/phone/tab'

const NUMBER = '12320'
const KEPT = 'trial'

export interface Seat {
  agent: string
  name: string
  lines: string[]
}

export function useTrial() {
  const state = ref<'connecting' | 'shut' | 'idle' | 'dialling' | 'talking' | 'away'>('connecting')
  const trouble = ref<Trouble | null>(null)
  const seat = ref<Seat | null>(null)
  let ticket = ''
  let line: Line | null = null
  let call: Session | null = null
  let microphone: MediaStream | null = null
  const loudspeaker = new Audio()

  async function begin(): Promise<void> {
    try {
      ticket = await shown()
      const account = await post<Account>('/try/credentials', { ticket })
      const { open } = await import('@/phone/line')
      const path = `/api/v1/try/phone?tab=${await tab()}&ticket=${encodeURIComponent(ticket)}`
      line = open(account, path, {
        connected: () => undefined,
        registered: () => {
          if (call === null) state.value = 'idle'
        },
        refused: () => void renew(),
        lost: () => {
          if (call === null) state.value = 'away'
        },
        ringing: (session) => session.end(),
      })
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      state.value = error.status === 409 ? 'shut' : 'away'
    }
  }

  async function renew(): Promise<void> {
    line?.renew(await post<Account>('/try/credentials', { ticket }))
  }

  async function dial(): Promise<void> {
    if (line === null || call !== null) return
    trouble.value = null
    state.value = 'dialling'
    try {
      microphone = await openMicrophone()
    } catch (error) {
      trouble.value = error instanceof NoMicrophone ? error.trouble : 'failed'
      state.value = 'idle'
      return
    }
    const session = line.dial(NUMBER, microphone)
    call = session
    session.onanswered = () => (state.value = 'talking')
    session.onsound = (stream) => {
      loudspeaker.srcObject = stream
      void playOn(loudspeaker, speaker.value).then(() => loudspeaker.play())
    }
    session.onended = () => {
      shut(microphone)
      loudspeaker.srcObject = null
      call = null
      state.value = 'idle'
    }
  }

  const hangUp = () => call?.end()
  const press = (key: string) => {
    if (state.value === 'talking') call?.digit(key)
  }

  /** Signs this browser in as an agent; whose seat that is. */
  async function beAgent(): Promise<void> {
    seat.value = await post<Seat>('/try/agent', { ticket })
  }

  onScopeDispose(() => {
    hangUp()
    line?.close()
  })
  return {
    number: NUMBER,
    state: readonly(state),
    trouble: readonly(trouble),
    seat,
    begin,
    dial,
    hangUp,
    press,
    beAgent,
  }
}

/** The ticket of this tab, or the one that the key in the address is good for. */
async function shown(): Promise<string> {
  const key = location.hash.slice(1)
  if (key === '') return sessionStorage.getItem(KEPT) ?? ''
  history.replaceState(history.state, '', location.pathname + location.search)
  const { ticket } = await post<{ ticket: string }>('/try', { key })
  sessionStorage.setItem(KEPT, ticket)
  return ticket
}
