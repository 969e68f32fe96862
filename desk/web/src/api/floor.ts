/** The floor as `/api/v1/floor` and `/api/v1/live` tell it: docs/floor.md. Lengths are seconds. */

export type Presence = 'offline' | 'ready' | 'offered' | 'talking' | 'wrap_up' | 'break'
export type TalkState = 'talking' | 'held' | 'asking' | 'consulting' | 'together' | 'passing' | 'away'

export interface Expected {
  seconds: number
  low: number
  high: number
}

export interface WaitingCall {
  place: number
  call: string
  number: string | null
  waited: number
  expected: Expected | null
  urgent: boolean
  /** Whether a phone rings for it. */
  rings: boolean
}

/** Callers who asked for somebody, by how that turned out. Percentages and seconds are text: nobody rounds them again. */
export interface Tally {
  offered: number
  answered: number
  within: number
  abandoned: number
  short: number
  booked: number
  chose: number
  given_up: number
  failed: number
  rate: string | null
  within_rate: string | null
  mean_wait: string | null
  longest_wait: string | null
  good: boolean
}

export interface Rate {
  offered: number
  answered: number
  rate: string | null
  good: boolean
}

/** The whole hotline's day: docs/wallboard.md. */
export interface Today {
  date: string
  calls: Tally
  last_24_hours: Rate
  last_hour: Rate
  half_hours: { from: string; offered: number; answered: number; rate: string | null }[]
  formula: { within: number; short: number; count_short: boolean; target: string }
  complete: boolean
}

export interface AgentToday {
  rung: number
  answered: number
  missed: number
  talks: number
  seconds: Partial<Record<Presence, number>>
  breaks: Record<string, number>
}

export interface FloorLine {
  id: string
  name: string
  open: boolean
  why: string
  /** Opened (true) or closed (false) by hand. */
  by_hand: boolean | null
  waiting_calls: number
  longest_wait: number
  expected_wait: Expected | null
  /** Seconds after which the line gives a waiting caller up. */
  gives_up_after: number | null
  today: Tally | null
  agents: Partial<Record<Presence, number>>
  outside: boolean
  waiting: WaitingCall[]
}

export interface FloorAgent {
  id: string
  name: string
  leader: boolean
  presence: Presence
  reason: string | null
  since: string | null
  seconds: number | null
  /** When the wrap-up ends by itself; null without such an end. */
  back_at: string | null
  wish: string | null
  lines: Record<string, number>
  moved: boolean
  phones: Record<string, boolean>
  on_shift: boolean
  call: string | null
  line: string | null
  /** What a shift leader does in whose talk. */
  attending: { how: 'listening' | 'whispering' | 'joined' | 'talking'; agent: string | null } | null
  answered_today: number
  worked_today: number
  today: AgentToday | null
  talk: TalkState | null
}

export interface FloorOffer {
  offer: number
  call: string
  line: string
  agent: string | null
  phones: string[]
  rings_on: number
}

export interface FloorTalk {
  offer: number
  call: string
  line: string
  agent: string | null
  number: string | null
  with: string[]
  state: TalkState
  /** Whether it is recorded; `refused`: the caller did not want it. */
  recording?: 'off' | 'on' | 'paused' | 'refused'
  seconds: number | null
  /** It came by the FastAGI door: nothing can be done with it but to let it go on or end. */
  fixed?: boolean
}

export interface FloorCallback {
  ticket: string
  line: string
  number: string | null
  call: string
  booked: string
  waited: number
  tries: number
  abandoned: boolean
}

export interface FloorAlert {
  at: string
  kind: string
  agent: string | null
  line: string | null
  call: string | null
  what: string
  /** Whether it is so now. */
  stands: boolean
}

/** An answer record that somebody has to do with. */
export interface InHand {
  call: string
  /** Of the record. */
  number: string
  agent: string
  line: string
  talking: boolean
  seq: number
  missing: string[]
}

export interface Floor {
  now: string
  plan: string
  /** For who sees the whole floor. */
  today?: Today | null
  /** Reasons of breaks in the plan's own words. */
  break_names?: Record<string, string>
  lines: FloorLine[]
  agents: FloorAgent[]
  offers: FloorOffer[]
  talks: FloorTalk[]
  callbacks: FloorCallback[]
  answers: InHand[]
  alerts: FloorAlert[]
}
