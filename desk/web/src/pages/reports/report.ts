/** Reports as the API tells them, and how their cells are written. Pure. */

export type Shape = 'text' | 'count' | 'percent' | 'seconds' | 'points' | 'time' | 'day'
export type Value = string | number | null
export type Drill = Record<string, string>

export interface Column {
  id: string
  title: string
  shape: Shape
  /** What its numbers have in common beside their row's; without any they open nothing. */
  drill: Drill | null
}

export interface Row {
  values: Value[]
  level: number
  total: boolean
  drill: Drill | null
}

export interface Table {
  id: string
  title: string
  columns: Column[]
  rows: Row[]
  note: string
  counted: string | null
}

export interface Chart {
  title: string
  look: 'bars' | 'lines' | 'stacked'
  table: string
  across: string
  columns: string[]
}

export interface Report {
  name: string
  title: string
  from: string
  to: string
  made: string
  heads: Record<string, string>
  tables: Table[]
  sentences: string[]
  charts: Chart[]
}

export interface Known {
  reports: { name: string; title: string; persons: boolean }[]
  trees: string[]
  lines: { id: string; name: string }[]
}

/** A report whose day is over and that nobody signed; `to` is the day after its last. */
export interface Late {
  report: string
  line: string | null
  from: string
  to: string
  day: string
}

export interface Signing {
  report: string
  number: number
  at: string
  by: string
  reason: string | null
}

export interface Cell {
  table: string
  row: string
  column: string
  signed: Value
  now: Value
}

/** What is behind a cell: the row's words, and over them the column's, where an empty one takes the row's away. */
export function drillAt(table: Table, row: Row, column: Column): Drill | null {
  if (row.drill === null || column.id === table.counted) return row.drill
  if (column.drill === null) return null
  return Object.fromEntries(Object.entries({ ...row.drill, ...column.drill }).filter(([, value]) => value !== ''))
}

/** As people read it: whole numbers in groups, percentages with their sign, nothing for nothing. */
export function written(value: Value, shape: Shape): string {
  if (value === null || value === '') return ''
  if (shape === 'percent') return `${value}%`
  if (typeof value === 'number') return value.toLocaleString('en-US')
  if (shape === 'time') return value.slice(0, 16).replace('T', ' ')
  return value
}

/** Numbers stand at the right. */
export function isFigure(shape: Shape): boolean {
  return shape !== 'text' && shape !== 'day' && shape !== 'time'
}

/** The days of a month: `from` its first, `to` the day after its last. */
export function daysOf(month: string): { from: string; to: string } {
  const [year, number] = month.split('-').map(Number) as [number, number]
  const next = number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`
  return { from: `${month}-01`, to: `${next}-01` }
}

/** The last months up to that of `now`, the newest first. */
export function lastMonths(now: Date, count: number): string[] {
  const here = new Date(now.getTime() + 8 * 3600_000) // China's clock, whatever this computer's is
  const first = here.getUTCFullYear() * 12 + here.getUTCMonth()
  return Array.from({ length: count }, (_, back) => {
    const month = first - back
    return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`
  })
}

export interface Bar {
  name: string
  /** One for each series. */
  parts: number[]
}

export const MOST_BARS = 40

/** The bars of a chart, totals and what is below another row left out; `left` is how many more there are. */
export function barsOf(chart: Chart, tables: Table[]): { bars: Bar[]; series: Column[]; left: number } {
  const table = tables.find(({ id }) => id === chart.table)
  if (table === undefined) return { bars: [], series: [], left: 0 }
  const place = (id: string) => table.columns.findIndex((column) => column.id === id)
  const across = place(chart.across)
  const series = table.columns.filter(({ id }) => chart.columns.includes(id))
  const rows = table.rows.filter(({ total, level }) => !total && level === 0)
  const bars = rows.slice(0, MOST_BARS).map(({ values }) => ({
    name: String(values[across] ?? ''),
    parts: series.map(({ id }) => Number(values[place(id)] ?? 0)),
  }))
  return { bars, series, left: rows.length - bars.length }
}
