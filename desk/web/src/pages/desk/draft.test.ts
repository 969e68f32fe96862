import { describe, expect, it } from 'vitest'

import { clashes, isMasked, isVeil, left, tidy, without } from './draft'

describe('a draft', () => {
  it('clashes where both changed a field to something else', () => {
    const before = { place: null, content: '接种地点', note: null }
    const after = { place: '河西区', content: '接种地点', note: '急' }
    expect(clashes({ place: '和平区', content: '接种程序' }, before, after)).toEqual([
      { field: 'place', mine: '和平区', theirs: '河西区' },
    ])
    expect(clashes({ place: '河西区' }, before, after)).toEqual([])
    expect(clashes({ note: '' }, { note: null }, { note: null })).toEqual([])
  })

  it('keeps what was typed while it was being sent', () => {
    expect(left({ place: '和平', content: '接种' }, { place: '和', content: '接种' })).toEqual({ place: '和平' })
    expect(left({ place: '和平' }, {})).toEqual({ place: '和平' })
    expect(without({ place: '和平', gender: 'x' }, ['gender'])).toEqual({ place: '和平' })
  })

  it('takes blanks for nothing', () => {
    expect([tidy('  '), tidy(undefined), tidy(false), tidy('a')]).toEqual([null, null, false, 'a'])
  })

  it('knows what the server hides', () => {
    expect(isMasked('contact', '139****0042')).toBe(true)
    expect(isMasked('asked_by', '张*')).toBe(true)
    expect(isMasked('content', '请回电139****0042')).toBe(true)
    expect(isMasked('content', '2*3 盒')).toBe(false)
    expect(isVeil('contact', '139****0042')).toBe(true)
    expect(isVeil('content', '请回电139****0042')).toBe(false)
    expect(isMasked('kind', null)).toBe(false)
  })
})
