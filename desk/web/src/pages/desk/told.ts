/** What the API tells the agent's page: docs/desk.md. */

import type { Presence } from '@/api/floor'
import type { Field, Fields } from './draft'
import type { Findable } from './find'

export interface Step {
  at: string
  node: string
  heard: string[]
  key: string | null
  asked: boolean
  meant: string | null
}

export interface EarlierCall {
  call: string
  at: string
  direction: 'in' | 'out'
  line: string | null
  line_name: string | null
  agent: string | null
  agent_name: string | null
  outcome: string
  talked: number
  record: string | null
  kind: string | null
  category_path: string | null
  work_order: string | null
}

export interface OpenOrder {
  number: string
  state: string
  state_label: string
  due: string | null
  overdue: boolean
  unit_name: string | null
  category_path: string | null
}

export interface Dossier {
  call: string
  phase: 'offered' | 'talking' | 'wrap_up' | null
  line: string | null
  line_name: string | null
  department: string
  confidential: boolean
  number: string | null
  dialled: string
  direction: 'in' | 'out'
  arrived: string
  waited: number
  path: Step[]
  talks: { at: string; line_name: string | null; agent: string | null; agent_name: string | null; passed_on: boolean }[]
  priority: number
  urgent: boolean
  raised: boolean
  flagged: boolean
  language: string | null
  screened: { lane: string; why: string } | null
  asked_for: { order: string; standing: string | null }[]
  counsellor: { agent: string; agent_name: string } | null
  hidden: 'confidential' | 'no_number' | 'no_database' | null
  nuisance: 'slow' | 'block' | null
  callbacks: { ticket: string; line_name: string; booked: string; tries: number }[] | null
  calls: EarlierCall[] | null
  more_calls: boolean
  orders: OpenOrder[] | null
}

/** An answer record (form 6). */
export type Answer = Fields & {
  call: string
  number: string
  seq: number
  state: 'open' | 'filled' | 'signed'
  state_label: string
  at: string
  line: string
  line_name: string
  department: string
  agent: string | null
  agent_name: string | null
  owner: string | null
  talking: boolean
  category_path: string | null
  confidential: boolean
  missing: { field: Field; label: string }[]
  signature: { at: string; name: string; opinion: string } | null
}

export interface Choice {
  value: string
  label: string
}

export interface FormRules {
  fields: { field: Field; label: string; longest: number | null; choices: Choice[] }[]
  kinds: { kind: string; label: string; required: Field[]; heard: Choice[] }[]
}

export interface Category extends Findable {
  path: string
  kinds: string[]
}

export interface LineTarget extends Findable {
  owner: string
  open: boolean
  waiting_calls: number
  longest_wait: number
  ready: number
  present: number
  outside: boolean
  confidential: boolean
}

export interface AgentTarget extends Findable {
  presence: Presence
  lines: string[]
  leader: boolean
}

export interface Targets {
  lines: LineTarget[]
  agents: AgentTarget[]
  breaks: { reason: string; name: string }[]
}

export interface Unit extends Findable {
  also: string[]
}

export interface WorkOrder {
  number: string
  digits: string | null
  state: string
  state_label: string
  unit_name: string | null
  due: string | null
  done_by: string | null
  hand_on_by: string
}
