import { describe, expect, it } from 'vitest'

import { Finder, folded, spells } from './find'

const things = [
  { id: 'Z03', name: '预防接种', pinyin: 'yu fang jie zhong', initials: 'yfjz', also: ['咨询'] },
  { id: 'Z0301', name: '接种程序', pinyin: 'jie zhong cheng xu', initials: 'jzcx', also: ['咨询', '预防接种'] },
  { id: 'Z0302', name: '接种单位', pinyin: 'jie zhong dan wei', initials: 'jzdw', also: ['咨询', '预防接种'] },
  { id: 'Z0402', name: '2型糖尿病', pinyin: '2 xing tang niao bing', initials: '2xtnb', also: ['咨询', '慢性病'] },
  { id: 'T01', name: '服务态度', pinyin: 'fu wu tai du', initials: 'fwtd', also: ['投诉'] },
]
const finder = new Finder(things)
const ids = (typed: string, wishes = {}) => finder.find(typed, wishes).map((one) => one.id)

describe('finding', () => {
  it('takes characters, first letters, whole pinyin and what is mixed of them', () => {
    for (const typed of ['预防接种', 'yfjz', 'yufangjiezhong', 'yufangjz', 'yfjiezhong', 'z03']) {
      expect(ids(typed)[0], typed).toBe('Z03')
    }
    expect(ids('糖尿')).toEqual(['Z0402'])
    expect(ids('tnb')).toEqual(['Z0402'])
    expect(ids('tangniao')).toEqual(['Z0402'])
    expect(ids('qqq')).toEqual([])
  })

  it('narrows down by several words, by what stands above too', () => {
    expect(ids('预防接种 dw')).toEqual(['Z0302'])
    expect(ids('jz dan')).toEqual(['Z0302'])
    expect(ids('投诉')).toEqual(['T01'])
  })

  it('puts what is chosen often before what is equally near, and never before what is nearer', () => {
    expect(ids('jz', { first: ['Z0302'] }).slice(0, 2)).toEqual(['Z0302', 'Z0301'])
    expect(ids('jzcx', { first: ['Z0302'] })[0]).toBe('Z0301')
    expect(ids('', { first: ['T01', 'Z0302'], most: 3 })).toEqual(['T01', 'Z0302', 'Z03'])
  })

  it('leaves out what does not fit', () => {
    expect(ids('', { fits: (one: { id: string }) => one.id.startsWith('T') })).toEqual(['T01'])
  })

  it('spells syllables from their beginnings alone', () => {
    expect(spells(['xian', 'xi'], 0, 'xix')).toBe(true)
    expect(spells(['xi', 'an'], 0, 'xian')).toBe(true)
    expect(spells(['xi', 'an'], 0, 'xin')).toBe(false)
    expect(folded('ＨＰＶ 疫苗（咨询）')).toBe('hpv疫苗(咨询)')
  })

  it('finds among the 377 categories within 5 ms', () => {
    const many = new Finder(
      Array.from({ length: 377 }, (_, n) => {
        const one = things[n % things.length]!
        return { ...one, id: `C${n}`, also: ['咨询', '寻医问药', '疾病知识'] }
      }),
    )
    const asked = ['j', 'jz', 'jiezhongdanwei', '接', '疾病 糖尿', 'zzzz']
    for (const typed of asked) many.find(typed)
    const lengths = Array.from({ length: 20 }, () => {
      const began = performance.now()
      for (const typed of asked) many.find(typed)
      return (performance.now() - began) / asked.length
    })
    expect(Math.min(...lengths)).toBeLessThan(5)
  })
})
