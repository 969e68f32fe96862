import { expect, test } from 'vitest'

import { parted } from './who'

test('who is told by where they did it and by their name', () => {
  expect(parted('desk:ann')).toEqual(['desk', 'ann'])
  expect(parted('address:::1')).toEqual(['address', '::1'])
  expect(parted('somebody')).toEqual(['', 'somebody'])
})
