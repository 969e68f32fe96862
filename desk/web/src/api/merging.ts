/** From what the live floor tells to the floor as it is: docs/wallboard.md. */

import type { Floor } from './floor'

/** One message: all of it with `whole`, else what changed; one with `now` alone is a sign of life. */
export type News = Partial<Floor> & { now: string; whole?: true }

type Item = Record<string, unknown>

/** Lengths that grow as time passes, in any item of the floor. */
const GROW = ['waited', 'longest_wait']

function pass(item: Item, seconds: number): void {
  for (const name of GROW) {
    if (typeof item[name] === 'number' && (name !== 'longest_wait' || item.waiting_calls !== 0)) {
      ;(item[name] as number) += seconds
    }
  }
  if (typeof item.seconds === 'number') item.seconds += seconds
  if (typeof item.rings_on === 'number') item.rings_on = Math.max(0, item.rings_on - seconds)
  const today = item.today as { seconds?: Record<string, number>; breaks?: Record<string, number> } | null | undefined
  const presence = item.presence as string | undefined
  if (today?.seconds && presence && today.seconds[presence] !== undefined) today.seconds[presence] += seconds
  const reason = typeof item.reason === 'string' ? item.reason : ''
  if (today?.breaks && presence === 'break' && today.breaks[reason] !== undefined) today.breaks[reason] += seconds
  if (Array.isArray(item.waiting)) for (const one of item.waiting as Item[]) pass(one, seconds)
}

const LISTS = ['lines', 'agents', 'offers', 'talks', 'callbacks'] as const

/**
 * The floor after `news`. What was not told is as it was, but older: its lengths are brought to the time of the news, so
 * that whoever shows the floor counts everything from one moment.
 */
export function merged(floor: Floor | null, news: News): Floor {
  const { whole, ...told } = news
  if (floor === null || whole) return told as Floor
  const passed = Math.max(0, (Date.parse(news.now) - Date.parse(floor.now)) / 1000)
  for (const name of LISTS) {
    if (name === 'lines' || name === 'agents' || told[name] === undefined) {
      for (const item of floor[name]) pass(item as unknown as Item, passed)
    }
  }
  return {
    ...floor,
    ...told,
    lines: byId(floor.lines, told.lines),
    agents: byId(floor.agents, told.agents),
  }
}

function byId<T extends { id: string }>(known: T[], told: T[] | undefined): T[] {
  if (told === undefined) return known
  const fresh = new Map(told.map((one) => [one.id, one]))
  return known.map((one) => fresh.get(one.id) ?? one)
}
