/** A quality sheet and what its points come to: docs/quality.md. */

import type { SheetState } from '@/pages/recordings/recording'

export interface Item {
  item: string
  title: string
  group: string | null
  points: number
  /** No points here make the whole sheet nothing. */
  fatal: boolean
  /** It may not apply to a talk. */
  optional: boolean
}

export interface Sheet {
  id: string
  title: string
  version: number
  most: number
  items: Item[]
}

export interface Plan {
  id: string
  title: string
  per_agent: number
  per_line: number
  shortest: number
}

export interface Score {
  id: string
  state: SheetState
  moves: string[]
  sheet: string
  sheet_title: string
  call: string
  agent: string
  line: string | null
  recording: string | null
  drawn: string | null
  at: string
  by: string
  total: number
  most: number
  percent: number
  fatal: string | null
  missing: string[]
  comment: string
  items: (Item & { mark: number | null; judged: boolean })[]
  history: { at: string; who: string; what: string; reason: string | null; marks: Marks; comment: string | null }[]
}

/** Points by item; null: it does not apply. */
export type Marks = Record<string, number | null>

export interface Result {
  total: number
  most: number
  percent: number
  fatal: string | null
  missing: string[]
}

/** What somebody typed as points of an item; undefined for what are none: whole or half, from 0 to all. */
export function pointsOf(text: string, item: Item): number | undefined {
  const typed = text.trim().replace('。', '.').replace(',', '.')
  if (!/^\d{1,3}(\.\d)?$/.test(typed)) return undefined
  const points = Number(typed)
  return points <= item.points && Number.isInteger(points * 2) ? points : undefined
}

/** What marks come to so far; the server counts the same. */
export function comesTo(items: readonly Item[], marks: Marks): Result {
  const judged = items.filter(({ item }) => item in marks)
  const applying = judged.filter(({ item }) => marks[item] !== null)
  const most = applying.reduce((sum, { points }) => sum + points, 0)
  const fatal = applying.find(({ item, fatal }) => fatal && marks[item] === 0)?.item ?? null
  const total = fatal !== null ? 0 : applying.reduce((sum, { item }) => sum + (marks[item] ?? 0), 0)
  return {
    total,
    most,
    percent: most === 0 ? 0 : Math.round((total * 1000) / most) / 10,
    fatal,
    missing: items.filter(({ item }) => !(item in marks)).map(({ item }) => item),
  }
}

/** The marks that differ from those before. */
export function changed(before: Marks, after: Marks): Marks {
  return Object.fromEntries(Object.entries(after).filter(([item, mark]) => before[item] !== mark))
}
