/** Work orders as the API tells them: docs/orders.md. */

import type { Schema } from '@/parts/schema'

export interface Order {
  number: string
  digits: string | null
  seq: number
  state: string
  state_label: string
  source: string
  source_label: string
  urgency: string
  urgency_label: string
  kind: string | null
  kind_label: string | null
  line: string | null
  line_name: string | null
  category: string | null
  category_path: string | null
  place: string | null
  unit: string | null
  unit_name: string | null
  asked_by: string | null
  gender: string | null
  contact: string | null
  feedback: string
  against: string | null
  content: string
  opened: string
  opened_by_name: string
  clock: string | null
  clock_label: string | null
  due: string | null
  overdue: boolean
  urged: number
  reopened: number
  recording: string | null
  call: string | null
  test: boolean
}

export interface Fact {
  seq: number
  at: string
  name: string
  kind: string
  label: string
  data: Record<string, unknown>
}

export interface Whole {
  order: Order
  moves: { move: string; label: string }[]
  history: Fact[]
  sheet: { title: string; fields: { id: string; label: string; value: string }[] } | null
}

/** One step of an order's clock that was reached, and who was told. */
export interface Escalation {
  order: string
  at: string
  clock: string
  step: string
  deadline: string | null
  told: { who: string; unit?: string; unit_name?: string }[]
}

export interface OrderWords {
  states: Record<string, string>
  kinds: Record<string, string>
  sources: Record<string, string>
  urgencies: Record<string, string>
  means: Record<string, string>
  results: Record<string, string>
  satisfactions: Record<string, string>
  feedback: Record<string, string>
  genders: Record<string, string>
  clocks: Record<string, string>
  told: Record<string, string>
  moves: Record<string, string>
  forms: Record<string, Schema>
}

/** What people write into an order, as a form asks for it; the moves' own forms come from the server. */
export function body(known: OrderWords): Schema {
  return {
    required: ['content', 'kind'],
    properties: {
      content: { type: 'string', maxLength: 4000 },
      kind: { enum: Object.keys(known.kinds) },
      urgency: { enum: Object.keys(known.urgencies), default: 'simple' },
      place: { type: 'string', maxLength: 200 },
      asked_by: { type: 'string', maxLength: 200 },
      gender: { enum: Object.keys(known.genders) },
      contact: { type: 'string', maxLength: 200 },
      feedback: { enum: Object.keys(known.feedback) },
      against: { type: 'string', maxLength: 200 },
    },
  }
}

/** What is to stand where something else stood: what was emptied becomes null, what is as it was is not told. */
export function changes(before: Record<string, unknown>, now: Record<string, unknown>): Record<string, unknown> {
  const plain = (value: unknown) => (typeof value === 'string' ? value.trim() : value) || null
  const told = Object.entries(now).map(([name, value]) => [name, plain(value)] as const)
  return Object.fromEntries(told.filter(([name, value]) => value !== plain(before[name])))
}

/** The columns of the board: what has to be done next, from left to right. */
export const COLUMNS = [
  { name: 'in', states: ['received', 'opened', 'approved', 'returned', 'reopened'] },
  { name: 'out', states: ['handed_on', 'in_progress', 'extended'] },
  { name: 'answer', states: ['done'] },
  { name: 'visit', states: ['answered', 'visited'] },
] as const

export type Urgent = 'over' | 'soon' | 'calm' | 'none'

/** How near an order's clock is to its end. `now` in milliseconds; soon is within a quarter of a day. */
export function urgent(due: string | null, now: number): Urgent {
  if (due === null) return 'none'
  const left = Date.parse(due) - now
  return left < 0 ? 'over' : left < 6 * 3600_000 ? 'soon' : 'calm'
}

/** The largest unit that fits a length in milliseconds, as a number and that unit. */
export function span(milliseconds: number): [number, 'minutes' | 'hours' | 'days'] {
  const minutes = Math.floor(Math.abs(milliseconds) / 60_000)
  if (minutes < 120) return [minutes, 'minutes']
  if (minutes < 48 * 60) return [Math.floor(minutes / 60), 'hours']
  return [Math.floor(minutes / 1440), 'days']
}
