import { describe, expect, it } from 'vitest'

import { judged, kept, sampled, type Sample } from './quality'

const at = (seconds: number, received: number, lost: number, more: Partial<Sample> = {}): Sample => ({
  at: seconds * 1000,
  received,
  lost,
  jitter: 3,
  roundTrip: 20,
  theirLoss: 0,
  ...more,
})

describe('how a talk sounds', () => {
  it('is good when nearly all comes through', () => {
    expect(judged([at(0, 0, 0), at(1, 50, 0)])).toEqual({ verdict: 'good', loss: 0, jitter: 3, roundTrip: 20 })
  })

  it.each([
    ['fair', at(1, 48, 2)],
    ['poor', at(1, 40, 10)],
    ['fair', at(1, 50, 0, { jitter: 45 })],
    ['poor', at(1, 50, 0, { jitter: 90 })],
    ['fair', at(1, 50, 0, { roundTrip: 400 })],
    ['poor', at(1, 50, 0, { theirLoss: 0.2 })],
  ])('is %s when it suffers', (verdict, sample) => {
    expect(judged([at(0, 0, 0), sample])?.verdict).toBe(verdict)
  })

  it('forgets what is long over', () => {
    const long = [at(0, 0, 0), at(1, 10, 40), at(7, 310, 40), at(8, 360, 40)].reduce<Sample[]>(kept, [])
    expect(judged(long)?.verdict).toBe('good')
  })

  it('takes the silence of a hold for no loss, and nothing for no judgement', () => {
    expect(judged([at(0, 100, 0), at(1, 100, 0, { jitter: 90 })])?.verdict).toBe('good')
    expect(judged([])).toBeNull()
    expect(judged([at(0, 0, 0)])).toBeNull()
  })

  it('is read from what the browser counts', () => {
    const report = [
      { type: 'codec' },
      { type: 'inbound-rtp', kind: 'audio', packetsReceived: 50, packetsLost: -1, jitter: 0.004 },
      { type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.01 },
      { type: 'candidate-pair', nominated: false, state: 'succeeded', currentRoundTripTime: 9 },
      { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.03 },
    ]
    expect(sampled(report, 7)).toEqual({ at: 7, received: 50, lost: 0, jitter: 4, roundTrip: 30, theirLoss: 0.01 })
  })
})
