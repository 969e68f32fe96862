import { describe, expect, it } from 'vitest'

import { dayOf, following, meant, withSheet } from './recording'
import { HALF, loudestOf, outline, ticks } from './wave'

describe('the drawing of a sound', () => {
  const side = { side: 'both', low: [-8192, 0], high: [4096, 0] }

  it('goes as far up and down as the loudest does, and is a thin line where nobody speaks', () => {
    expect(loudestOf([side])).toBe(8192)
    expect(outline(side, 8192)).toBe(`M0 50L1 99.4L1 100.6L0 ${2 * HALF}Z`)
  })

  it('draws nothing of nothing, and no storm of a line that only hums', () => {
    expect(outline({ side: 'both', low: [], high: [] }, 0)).toBe('')
    expect(outline({ side: 'both', low: [-10], high: [10] }, 10)).toBe('M0 99L0 101Z')
  })

  it('writes at most ten times below it', () => {
    expect(ticks(62)).toEqual([0, 10, 20, 30, 40, 50, 60])
    expect(ticks(0)).toEqual([])
    expect(ticks(36_000).length).toBeLessThanOrEqual(10)
  })
})

describe('what is looked for', () => {
  it('is the end of a number or a call', () => {
    expect([meant(' 0011 '), meant('a-1xk2'), meant('')]).toEqual([{ ends: '0011' }, { call: 'a-1xk2' }, {}])
  })

  it('knows the day of a name, and the next one', () => {
    expect([dayOf('talks/2026/11/30/a-1-1'), dayOf('fallback/176.7')]).toEqual(['2026-11-30', ''])
    expect([following('2026-11-30'), following('')]).toEqual(['2026-12-01', ''])
  })

  it('keeps a sheet once, whatever was done with it, and none that was thrown away', () => {
    const one = { id: 'a-1~ann~1', state: 'draft', by: 'desk:q', total: 5, most: 10 } as const
    const sheets = withSheet([], one)
    expect(withSheet(sheets, { ...one, state: 'submitted' })).toEqual([{ ...one, state: 'submitted' }])
    expect(withSheet(sheets, { ...one, state: 'discarded' })).toEqual([])
  })
})
