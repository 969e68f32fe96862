import { describe, expect, it } from 'vitest'

import type { FloorAgent } from '@/api/floor'
import { isForsaken } from './forsaken'
import type { Sample } from './quality'

const heard = (...received: number[]): Sample[] =>
  received.map((count, at) => ({ at: at * 1000, received: count, lost: 0, jitter: 3, roundTrip: 20, theirLoss: 0 }))
const agent = (told: Partial<FloorAgent>) =>
  ({ presence: 'wrap_up', reason: null, attending: null, ...told }) as unknown as FloorAgent

describe('a talk of which the page was not told that it is over', () => {
  it('is known by silence and by the floor', () => {
    expect(isForsaken(heard(90, 90, 90, 90, 90), agent({}))).toBe(true)
  })

  it('is none while anything is heard, or not for long enough', () => {
    expect(isForsaken(heard(90, 90, 90, 90, 91), agent({}))).toBe(false)
    expect(isForsaken(heard(90, 90, 90), agent({}))).toBe(false)
    expect(isForsaken([], agent({}))).toBe(false)
  })

  it('is none where the floor says otherwise, or nothing', () => {
    const silence = heard(90, 90, 90, 90, 90)
    expect(isForsaken(silence, agent({ presence: 'talking' }))).toBe(false) // on hold
    expect(isForsaken(silence, agent({ presence: 'offline' }))).toBe(false) // an engine begins
    expect(isForsaken(silence, agent({ presence: 'break', reason: 'other_call' }))).toBe(false)
    expect(isForsaken(silence, agent({ attending: { how: 'listening', agent: 'ann' } }))).toBe(false)
    expect(isForsaken(silence, undefined)).toBe(false)
  })
})
