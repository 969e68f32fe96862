import { expect, test } from 'vitest'

import { dayAfter, spelt } from './deed'

test('a detail is a text, and a list of calls is one too', () => {
  expect(spelt(['a', 'b'], (code) => code.toUpperCase())).toBe('A, B')
  expect([null, 3, true, 'a', ['a-1', 'a-2']].map((one) => spelt(one))).toEqual(['', '3', 'true', 'a', 'a-1, a-2'])
})

test('the last day that somebody means is looked through whole', () => {
  expect(dayAfter('2026-02-28')).toBe('2026-03-01')
  expect(dayAfter('2026-12-31')).toBe('2027-01-01')
})
