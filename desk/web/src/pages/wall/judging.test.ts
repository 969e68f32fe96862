import { describe, expect, it } from 'vitest'

import type { FloorAgent, FloorAlert, FloorLine } from '@/api/floor'
import { crew, levelOf, sorted, turnOf, unnamed, waiters } from './judging'

const line = (id: string, waiting: object[], more = 0) =>
  ({ id, waiting, waiting_calls: waiting.length + more }) as unknown as FloorLine

describe('what a leader has to see first', () => {
  it('is a wait beyond the promise, and more so one near the limit of its line', () => {
    expect([15, 15.1, 239, 240, 300].map((waited) => levelOf(waited, 15, 300))).toEqual([
      'fine',
      'late',
      'late',
      'limit',
      'limit',
    ])
    expect(levelOf(1000, 15, null)).toBe('late')
  })

  it('is who is urgent, then who waited longest, whatever their line', () => {
    const lines = [
      line('a', [
        { call: '1', waited: 5, urgent: false },
        { call: '2', waited: 3, urgent: false },
      ]),
      line('b', [{ call: '3', waited: 1, urgent: true }], 4),
    ]
    expect(waiters(lines).map((one) => one.call)).toEqual(['3', '1', '2'])
    expect(unnamed(lines)).toBe(4)
  })

  it('is who talks, and those of the line that is looked at', () => {
    const agents = [
      { id: 'a', presence: 'ready', seconds: 5, lines: { x: 1 } },
      { id: 'b', presence: 'talking', seconds: 1, lines: { x: 1, y: 2 } },
      { id: 'c', presence: 'talking', seconds: 9, lines: { y: 1 } },
    ] as unknown as FloorAgent[]
    expect(crew(agents, null).map((one) => one.id)).toEqual(['c', 'b', 'a'])
    expect(crew(agents, 'x').map((one) => one.id)).toEqual(['b', 'a'])
  })

  it('is an alert that stands, of the line or of all', () => {
    const alerts = [
      { at: '1', line: 'x', stands: false },
      { at: '2', line: null, stands: true },
      { at: '3', line: 'y', stands: true },
    ] as FloorAlert[]
    expect(sorted(alerts, 'x')).toEqual({ now: [alerts[1]], past: [alerts[0]] })
  })

  it('comes round on a big screen when there is more than fits', () => {
    expect(turnOf(7, 10, 3)).toEqual({ from: 0, turns: 1, turn: 0 })
    expect([0, 1, 2].map((turn) => turnOf(12, 8, turn).from)).toEqual([0, 8, 0])
    expect(turnOf(0, 0, 5)).toEqual({ from: 0, turns: 1, turn: 0 })
  })
})
