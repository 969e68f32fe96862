import { describe, expect, it } from 'vitest'

import type { Floor } from './floor'
import { merged, type News } from './merging'

const whole = (): News =>
  ({
    now: '2026-11-20T10:00:00.000+08:00',
    whole: true,
    plan: '热线',
    lines: [
      { id: 'a', waiting_calls: 1, longest_wait: 3, waiting: [{ call: 'c', waited: 3 }] },
      { id: 'b', waiting_calls: 0, longest_wait: 0, waiting: [] },
    ],
    agents: [
      { id: 'ann', presence: 'talking', seconds: 8, today: { seconds: { talking: 100, ready: 5 }, breaks: {} } },
      {
        id: 'bob',
        presence: 'break',
        reason: 'lunch',
        seconds: 2,
        today: { seconds: { break: 2 }, breaks: { lunch: 2 } },
      },
    ],
    offers: [{ offer: 1, rings_on: 1 }],
    talks: [{ offer: 2, seconds: 8 }],
    callbacks: [{ ticket: 't', waited: 60 }],
    answers: [],
    alerts: [],
  }) as unknown as News

describe('the live floor', () => {
  it('is what was told last, and what was not told is older by the time that passed', () => {
    const first = merged(null, whole())
    const next = merged(first, {
      now: '2026-11-20T10:00:02.500+08:00',
      agents: [{ id: 'ann', presence: 'wrap_up', seconds: 0.1 }],
      talks: [],
    } as unknown as News)
    expect(next.agents).toEqual([
      { id: 'ann', presence: 'wrap_up', seconds: 0.1 },
      {
        id: 'bob',
        presence: 'break',
        reason: 'lunch',
        seconds: 4.5,
        today: { seconds: { break: 4.5 }, breaks: { lunch: 4.5 } },
      },
    ])
    expect(next.lines[0]).toMatchObject({ longest_wait: 5.5, waiting: [{ call: 'c', waited: 5.5 }] })
    expect(next.lines[1]?.longest_wait).toBe(0)
    expect(next.talks).toEqual([])
    expect(next.offers).toEqual([{ offer: 1, rings_on: 0 }])
    expect(next.callbacks).toEqual([{ ticket: 't', waited: 62.5 }])
    expect(next.plan).toBe('热线')
  })

  it('begins anew with all of it', () => {
    const first = merged(null, whole())
    const next = merged(first, { ...whole(), lines: [] } as News)
    expect(next.lines).toEqual([])
    expect('whole' in (next as Floor & { whole?: true })).toBe(false)
  })
})
