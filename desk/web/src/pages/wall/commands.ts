/** What a shift leader can do, each through the API; how it went is told in words. */

import { ElMessage, ElMessageBox } from 'element-plus'
import { computed, h, shallowRef } from 'vue'

import type { Floor, FloorAgent, FloorLine } from '@/api/floor'
import { post } from '@/api/http'
import { useLive } from '@/api/live'
import { usePageWords } from '@/i18n'
import { useSession } from '@/session'
import { tried as done } from '@/parts/told'
import { words } from './words'

export type Attend = 'listen' | 'whisper' | 'join' | 'take'

const under = shallowRef<string | null>(null)
/** The command that is on its way: a leader's phone may ring for a while. */

export function useCommands() {
  const { t } = usePageWords(words)
  const { me, can } = useSession()
  const { floor } = useLive()
  const mine = computed(() => floor.value?.agents.find((one) => one.id === me.value?.agent) ?? null)

  /** Why nothing can be done that rings the leader's phone; nothing when it can. */
  const hindered = computed(() => {
    if (!me.value?.agent) return t('ask.no_seat')
    if (mine.value !== null && !Object.values(mine.value.phones).some(Boolean)) return t('ask.no_phone')
    return ''
  })

  function said(text: string, undo?: () => void): void {
    const message = undo
      ? h('span', [
          text + ' ',
          h('button', { type: 'button', class: 'undo', onClick: () => (shown.close(), undo()) }, t('do.undo')),
        ])
      : text
    const shown = ElMessage({ message, type: 'success', duration: undo ? 10_000 : 4000, showClose: true })
  }

  async function sure(question: string, verb: string): Promise<boolean> {
    try {
      await ElMessageBox.confirm(question, verb, {
        confirmButtonText: verb,
        cancelButtonText: t('cancel'),
        type: 'warning',
        closeOnClickModal: false,
      })
      return true
    } catch {
      return false
    }
  }

  async function lead(verb: string, body: object): Promise<boolean> {
    under.value = verb
    try {
      return await done(() => post(`/lead/${verb}`, body))
    } finally {
      under.value = null
    }
  }

  async function attend(how: Attend, agent: FloorAgent): Promise<void> {
    if (how === 'join' && !(await sure(t('ask.join', { agent: agent.name }), t('do.join')))) return
    if (how === 'take' && !(await sure(t('ask.take', { agent: agent.name }), t('do.take')))) return
    if (mine.value?.attending == null) {
      ElMessage({ message: t('done.listen', { agent: agent.name }), type: 'info', duration: 6000, showClose: true })
    }
    await lead(how, { agent: agent.id })
  }

  async function takeCall(call: string): Promise<void> {
    if (await sure(t('ask.take_call'), t('do.take_call'))) await lead('take-call', { call })
  }

  async function raise(call: string): Promise<void> {
    if (await lead('raise', { call })) said(t('done.raised'))
  }

  async function flag(call: string): Promise<void> {
    if (!(await sure(t('ask.flag'), t('do.flag')))) return
    if (await lead('flag', { call })) said(t('done.flagged'))
  }

  async function move(agent: FloorAgent, lines: Record<string, number> | null): Promise<boolean> {
    const before = agent.moved ? { ...agent.lines } : null
    if (!(await lead('move', { agent: agent.id, lines }))) return false
    said(t(lines === null ? 'done.back' : 'done.moved', { agent: agent.name }), () => {
      void lead('move', { agent: agent.id, lines: before }).then((went) => went && said(t('done.undone')))
    })
    return true
  }

  /** Opens or closes a line until a time, or lets it follow its hours again. */
  async function turn(line: FloorLine, to: 'open' | 'close' | 'normal', until = '', reason = ''): Promise<boolean> {
    const body = to === 'normal' ? {} : { until: until || null, reason: reason || null }
    if (!(await done(() => post(`/lines/${line.id}/${to}`, body)))) return false
    const told = { open: 'done.opened', close: 'done.closed', normal: 'done.normal' }[to]
    said(
      t(told, { line: line.name }),
      to === 'normal'
        ? undefined
        : () => void done(() => post(`/lines/${line.id}/normal`, {})).then((went) => went && said(t('done.undone'))),
    )
    return true
  }

  return {
    under,
    mine,
    hindered,
    leads: computed(() => can('lead.command')),
    said,
    attend,
    stop: () => lead('stop', {}),
    takeCall,
    raise,
    flag,
    move,
    turn,
  }
}

/** The talk of an agent, as the floor has it. */
export function talkOf(floor: Floor, agent: string) {
  return floor.talks.find((one) => one.agent === agent) ?? null
}
