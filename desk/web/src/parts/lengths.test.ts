import { describe, expect, it } from 'vitest'

import { clock, moment, timeOfDay } from './lengths'

describe('lengths', () => {
  it('counts minutes and seconds, and hours where there are some', () => {
    expect([0, 59, 245, 3605, -3].map(clock)).toEqual(['0:00', '0:59', '4:05', '1:00:05', '0:00'])
  })

  it('tells instants in China wherever the browser is', () => {
    expect(moment('2026-11-20T02:03:04Z')).toBe('2026-11-20 10:03')
    expect(timeOfDay('2026-11-20T23:03:04.500Z')).toBe('07:03:04')
    expect(moment(null)).toBe('')
  })
})
