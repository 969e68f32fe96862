import { describe, expect, it } from 'vitest'

import { monthsBefore, nextDue, progress, standing, type Sample } from './sample'

const sample = (recording: string, agent: string, more: Partial<Sample> = {}): Sample => ({
  ...{ plan: 'monthly', period: '2026-10', recording, call: recording, line: 'immunization', agent },
  ...{ drawn: '', lot: '', gone: false, sheets: [] },
  ...more,
})
const judged = (state: 'draft' | 'submitted', percent = 90) => [{ id: 'x', state, by: 'desk:q', percent }]
const samples = [
  sample('a', 'ann', { sheets: judged('submitted', 90) }),
  sample('b', 'ann', { sheets: judged('draft') }),
  sample('c', 'bob', { gone: true }),
  sample('d', 'bob', { sheets: judged('submitted', 80.5) }),
  sample('e', 'eve'),
]

describe('spot checks', () => {
  it('stand as their last sheet does, or are gone', () => {
    expect(samples.map(standing)).toEqual(['submitted', 'draft', 'gone', 'submitted', 'none'])
  })

  it('are gone through from one that is due to the next, round to the beginning', () => {
    expect([nextDue(samples, null), nextDue(samples, 'b'), nextDue(samples, 'e')].map((one) => one?.recording)).toEqual(
      ['b', 'e', 'b'],
    )
    expect(nextDue(samples.slice(0, 1), 'a')).toBeNull()
  })

  it('are counted by agent, whoever has most left first', () => {
    expect(progress(samples, 'agent')).toEqual([
      { of: 'ann', all: 2, done: 1, left: 1, average: 90 },
      { of: 'eve', all: 1, done: 0, left: 1, average: null },
      { of: 'bob', all: 2, done: 2, left: 0, average: 80.5 },
    ])
  })

  it('are drawn of months that are over', () => {
    const months = monthsBefore(new Date('2026-01-31T17:00:00Z')) // February in China
    expect(months.slice(0, 2)).toEqual(['2026-01', '2025-12'])
    expect(months).toHaveLength(12)
  })
})
