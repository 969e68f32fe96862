/** Recordings as the API tells them: docs/quality.md. Lengths are seconds. */

export type Kind = 'talks' | 'messages' | 'fallback'
export type SheetState = 'draft' | 'submitted' | 'seen' | 'contested' | 'settled' | 'discarded'

/** A quality sheet about a recording. */
export interface Judged {
  id: string
  state: SheetState
  by: string
  total: number
  most: number
}

export interface Recording {
  recording: string
  kind: Kind
  call: string
  day: string
  at: string | null
  line: string | null
  agent: string | null
  number: string | null
  seconds: number
  sealed: boolean
  held: boolean
  may_hear: boolean
  sheets: Judged[]
}

export interface Side {
  side: string
  low: number[]
  high: number[]
}

export type MarkKind = 'hold' | 'pause' | 'away' | 'consultation' | 'joined' | 'left' | 'passed_on' | 'no_room'

export interface Mark {
  kind: MarkKind
  /** The second of the sound. */
  at: number
  since: string
  seconds: number | null
  who: string | null
  to: string | null
}

export interface Peaks {
  recording: string
  seconds: number
  rate: number
  /** It goes on, or was cut off. */
  cut: boolean
  sides: Side[]
  marks: Mark[]
}

/** A recording that is no more, with the entry of the audit log that proves it. */
export interface Deleted {
  number: number
  at: string
  who: string
  recording: string
  call: string | null
  line: string | null
  day: string | null
  reason: string | null
  erased: boolean
  sha256: string[]
  hash: string
  before: string
}

export interface Hold {
  call: string
  at: string
  who: string
  reason: string
}

/** A recording's sheets when one of them was changed, or begun. */
export function withSheet(sheets: readonly Judged[], now: Judged): Judged[] {
  const { id, state, by, total, most } = now
  const others = sheets.filter((one) => one.id !== id)
  return state === 'discarded' ? others : [...others, { id, state, by, total, most }]
}

/** What the search field means: the end of a number, or a call. */
export function meant(text: string): { ends?: string; call?: string } {
  const typed = text.trim()
  if (typed === '') return {}
  return /^\d{4}$/.test(typed) ? { ends: typed } : { call: typed }
}

/** `2026-11-20` of `talks/2026/11/20/…`; nothing where a name has no day. */
export function dayOf(name: string): string {
  const found = /^\w+\/(\d{4})\/(\d{2})\/(\d{2})\//.exec(name)
  return found === null ? '' : `${found[1]}-${found[2]}-${found[3]}`
}

/** The day after. */
export function following(day: string): string {
  return day === '' ? '' : new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
}
