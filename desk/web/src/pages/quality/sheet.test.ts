import { describe, expect, it } from 'vitest'

import { changed, comesTo, pointsOf, type Item } from './sheet'

const item = (name: string, points: number, more: Partial<Item> = {}): Item => ({
  item: name,
  title: name,
  group: null,
  points,
  fatal: false,
  optional: false,
  ...more,
})
const items = [item('greet', 10), item('right', 20, { fatal: true }), item('hold', 10, { optional: true })]

describe('the points of a sheet', () => {
  it('are whole or half, and no more than the item has', () => {
    const typed = ['8', '8.5', ' 10 ', '0', '10.5', '8.2', '-1', '', 'x', '1e1']
    expect(typed.map((text) => pointsOf(text, item('greet', 10)))).toEqual([
      ...[8, 8.5, 10, 0],
      ...Array<undefined>(6).fill(undefined),
    ])
  })

  it('come to their sum, without what does not apply', () => {
    expect(comesTo(items, { greet: 8, right: 15.5, hold: null })).toEqual({
      total: 23.5,
      most: 30,
      percent: 78.3,
      fatal: null,
      missing: [],
    })
  })

  it('come to nothing when a fatal item has none, and say what is missing', () => {
    expect(comesTo(items, { greet: 8, right: 0 })).toMatchObject({ total: 0, fatal: 'right', missing: ['hold'] })
    expect(comesTo(items, {})).toMatchObject({ percent: 0, missing: ['greet', 'right', 'hold'] })
  })

  it('are told by what was changed', () => {
    expect(changed({ greet: 8, hold: null }, { greet: 8, hold: 0, right: 3 })).toEqual({ hold: 0, right: 3 })
  })
})
