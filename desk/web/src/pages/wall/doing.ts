/** What an agent does, in words. */

import type { Floor, FloorAgent } from '@/api/floor'

type Speaks = (key: string, named?: Record<string, unknown>) => string

export function agentName(floor: Floor, id: string | null): string {
  return floor.agents.find((one) => one.id === id)?.name ?? id ?? ''
}

/** The reason of a break: one of ours, or as the plan names it. */
export function restOf(t: Speaks, floor: Floor, reason: string | null): string {
  if (!reason) return ''
  const named = floor.break_names?.[reason]
  if (named !== undefined) return named
  const words = t(`rest.${reason}`)
  return words === `rest.${reason}` ? reason : words
}

export function doingOf(t: Speaks, floor: Floor, names: Map<string, string>, agent: FloorAgent): string {
  const parts: string[] = []
  if (agent.attending !== null) {
    parts.push(
      t('agents.how', { how: t(`how.${agent.attending.how}`), agent: agentName(floor, agent.attending.agent) }),
    )
  }
  if (agent.line !== null) parts.push(names.get(agent.line) ?? agent.line)
  if (agent.talk !== null && agent.talk !== 'talking') parts.push(t(`talk.${agent.talk}`))
  if (agent.presence === 'break') parts.push(restOf(t, floor, agent.reason))
  if (agent.presence === 'offline') {
    parts.push(t(Object.values(agent.phones).some(Boolean) ? 'agents.off_shift' : 'agents.no_phone'))
  }
  if (agent.wish !== null) parts.push(t('agents.wish'))
  return parts.filter(Boolean).join(' · ')
}
