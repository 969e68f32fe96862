/** Spot checks as the API tells them, and how far one is with them. */

import type { SheetState } from '@/pages/recordings/recording'

export interface Sample {
  plan: string
  period: string
  recording: string
  call: string
  line: string | null
  agent: string | null
  drawn: string
  lot: string
  gone: boolean
  sheets: { id: string; state: SheetState; by: string; percent: number }[]
}

export type Standing = SheetState | 'none' | 'gone'

/** How a spot check stands: its last sheet's state; `gone` when it was deleted before anybody judged it. */
export function standing(sample: Sample): Standing {
  return sample.sheets.at(-1)?.state ?? (sample.gone ? 'gone' : 'none')
}

/** Whether somebody still has to judge it. */
export function due(sample: Sample): boolean {
  return ['none', 'draft'].includes(standing(sample))
}

export interface Progress {
  of: string
  all: number
  done: number
  left: number
  /** The mean of what counts, with one decimal; null without any. */
  average: number | null
}

/** How far one is, by agent or line, whoever has most left first. */
export function progress(samples: readonly Sample[], by: 'agent' | 'line'): Progress[] {
  const groups = new Map<string, Sample[]>()
  for (const sample of samples) {
    const of = sample[by] ?? ''
    groups.set(of, [...(groups.get(of) ?? []), sample])
  }
  return [...groups]
    .map(([of, group]) => {
      const left = group.filter(due).length
      const given = group.filter((one) => !due(one)).flatMap(({ sheets }) => sheets.slice(-1))
      const mean = given.reduce((sum, { percent }) => sum + percent, 0) / given.length
      const average = given.length === 0 ? null : Math.round(mean * 10) / 10
      return { of, all: group.length, done: group.length - left, left, average }
    })
    .sort((one, other) => other.left - one.left || one.of.localeCompare(other.of))
}

/** The one to go to from here: the next that is due, round to the beginning; null when none is left but this. */
export function nextDue(samples: readonly Sample[], from: string | null): Sample | null {
  const place = samples.findIndex(({ recording }) => recording === from)
  const round = [...samples.slice(place + 1), ...samples.slice(0, Math.max(place, 0))]
  return round.find(due) ?? null
}

/** The last twelve months that are over, the newest first, as `2026-10`. */
export function monthsBefore(now: Date): string[] {
  const [year, month] = now.toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' }).split('-').map(Number) as [
    number,
    number,
  ]
  return Array.from({ length: 12 }, (_, back) => {
    const at = new Date(Date.UTC(year, month - 2 - back, 1))
    return at.toISOString().slice(0, 7)
  })
}
