import { describe, expect, it } from 'vitest'

import { changes, COLUMNS, span, urgent } from './order'

const now = Date.parse('2026-11-20T10:00:00+08:00')

describe("an order's clock", () => {
  it('is calm, then soon, then over', () => {
    expect(urgent(null, now)).toBe('none')
    expect(urgent('2026-11-27T24:00:00+08:00'.replace('27T24', '28T00'), now)).toBe('calm')
    expect(urgent('2026-11-20T15:59:00+08:00', now)).toBe('soon')
    expect(urgent('2026-11-20T09:59:00+08:00', now)).toBe('over')
  })

  it('is told in a unit that one can grasp', () => {
    expect([5, 119, 121, 47 * 60, 49 * 60].map((minutes) => span(minutes * 60_000))).toEqual([
      [5, 'minutes'],
      [119, 'minutes'],
      [2, 'hours'],
      [47, 'hours'],
      [2, 'days'],
    ])
  })

  it('has one column for each state that is not over', () => {
    const states = COLUMNS.flatMap((column) => [...column.states])
    expect(new Set(states).size).toBe(states.length)
  })
})

describe('a correction', () => {
  it('says what differs, and null where something was emptied', () => {
    const before = { content: '排队', contact: '139****0011', place: '和平区', gender: null, state: 'opened' }
    expect(changes(before, { content: ' 排队 ', contact: '139****0011', place: '', gender: null })).toEqual({
      place: null,
    })
    expect(changes(before, { content: '排队两小时', gender: 'female' })).toEqual({
      content: '排队两小时',
      gender: 'female',
    })
  })
})
