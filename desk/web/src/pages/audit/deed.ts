/** An entry of the audit log as the API tells it, and what is shown of it: docs/security.md. */

export interface Deed {
  number: number
  at: string
  who: string
  what: string
  about: string | null
  reason: string | null
  details: Readonly<Record<string, Value>>
  before: string
  hash: string
}

export interface Chain {
  state: 'unknown' | 'looking' | 'whole' | 'broken' | 'failed'
  number: number
  hash: string | null
  why: string | null
  at: string | null
}

export type Value = string | number | boolean | null | readonly string[]

/** A value of the details as text, each of its codes as `said` has it; nothing for what is not there. */
export function spelt(value: Value, said: (code: string) => string = (code) => code): string {
  if (value === null) return ''
  return Array.isArray(value) ? value.map((one: string) => said(one)).join(', ') : said(String(value))
}

/** The day after a day (`2026-10-01`): the API's `to` is exclusive, people's is not. */
export function dayAfter(day: string): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + 1)
  return at.toISOString().slice(0, 10)
}
