import { expect, test } from 'vitest'

import { inEnglish } from './official'

test('a word of a form, and one with a figure in it, have English ones', () => {
  expect(inEnglish('接听单编号')).toBe('Record number')
  expect(inEnglish('不足15秒')).toBe('under 15 s')
  expect(inEnglish('联络人A手机')).toBe('Liaison A: Mobile')
})

test('what somebody wrote stays as it is', () => {
  expect(inEnglish('孩子满八月龄')).toBe('孩子满八月龄')
})
