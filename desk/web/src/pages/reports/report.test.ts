import { describe, expect, it } from 'vitest'

import { barsOf, daysOf, drillAt, lastMonths, MOST_BARS, written, type Row, type Table } from './report'

const row = (name: string, count: number, more: Partial<Row> = {}): Row => ({
  values: [name, count],
  level: 0,
  total: false,
  drill: null,
  ...more,
})
const table: Table = {
  id: 'kinds',
  title: '',
  columns: [
    { id: 'kind', title: '类别', shape: 'text', drill: null },
    { id: 'count', title: '数量', shape: 'count', drill: null },
  ],
  rows: [row('咨询', 12000), row('寻医问药', 7, { level: 1 }), row('投诉', 3), row('合计', 12003, { total: true })],
  note: '',
  counted: 'count',
}
const chart = { title: '', look: 'bars' as const, table: 'kinds', across: 'kind', columns: ['count'] }

describe('what is written', () => {
  it('groups numbers, marks percentages, and leaves nothing empty', () => {
    expect(written(1234567, 'count')).toBe('1,234,567')
    expect(written('57.0', 'percent')).toBe('57.0%')
    expect(written(null, 'percent')).toBe('')
    expect(written('2026-10-31T09:05:00+08:00', 'time')).toBe('2026-10-31 09:05')
  })
})

describe('what is behind a cell', () => {
  const answered = { id: 'answered', title: '', shape: 'count' as const, drill: { turned_out: 'answered', line: '' } }
  const drilled = row('x', 1, { drill: { list: 'requests', line: 'a' } })
  it('is its row’s, and over it its column’s', () => {
    expect(drillAt(table, drilled, table.columns[1]!)).toEqual({ list: 'requests', line: 'a' })
    expect(drillAt(table, drilled, answered)).toEqual({ list: 'requests', turned_out: 'answered' })
  })
  it('is nothing without one of them', () => {
    expect(drillAt(table, drilled, table.columns[0]!)).toBeNull()
    expect(drillAt(table, row('x', 1), answered)).toBeNull()
  })
})

describe('months', () => {
  it('end with the first of the next', () => {
    expect(daysOf('2026-12')).toEqual({ from: '2026-12-01', to: '2027-01-01' })
    expect(daysOf('2026-09')).toEqual({ from: '2026-09-01', to: '2026-10-01' })
  })
  it('are China’s', () => {
    expect(lastMonths(new Date('2026-12-31T16:30:00Z'), 3)).toEqual(['2027-01', '2026-12', '2026-11'])
  })
})

describe('bars', () => {
  it('leave totals and parts of others out', () => {
    expect(barsOf(chart, [table]).bars).toEqual([
      { name: '咨询', parts: [12000] },
      { name: '投诉', parts: [3] },
    ])
  })
  it('say how many are left out', () => {
    const rows = Array.from({ length: MOST_BARS + 5 }, (_, place) => row(String(place), place))
    expect(barsOf(chart, [{ ...table, rows }]).left).toBe(5)
  })
})
