import { expect, test } from 'vitest'

import * as words from './refusalWords'
import { inChinese, patterns } from './refusals'

const sentences = patterns(words)
const said = (text: string) => inChinese(text, words, sentences)

test('a sentence is said in Chinese with what stands in its holes', () => {
  expect(said('it was extended 2 times, and the rules allow 2')).toBe('已延长 2 次，规则只允许 2 次')
  expect(said("'18:00x' is not a time; write 18:00 or 2026-11-22T18:00")).toBe('18:00x 不是时间，例如 18:00')
})

test('words of ours in a hole, and a sentence within a sentence, are said in Chinese too', () => {
  expect(said('an order that is done cannot be moved by hand_on; there is answer, reopen')).toBe(
    '这张单现在是“已办结”，不能转办',
  )
  expect(said('`content`: String should have at most 4000 characters')).toBe('反映内容：最多 4000 个字符')
  expect(said('vaccine-1: the caller is on hold: resume first')).toBe('来电人在保持中：请先恢复')
})

test('what nobody knows is not said in English', () => {
  expect(said('the moon is made of cheese')).toBeNull()
  expect(said('vaccine-1: the moon is made of cheese')).toBeNull()
})
