import { describe, expect, it } from 'vitest'

import { applied } from './toolbar'

function use(tool: Parameters<typeof applied>[0], marked: string): string {
  const from = marked.indexOf('⟦')
  const until = marked.indexOf('⟧') - 1
  const { text, from: a, until: b } = applied(tool, { text: marked.replace(/[⟦⟧]/g, ''), from, until })
  return `${text.slice(0, a)}⟦${text.slice(a, b)}⟧${text.slice(b)}`
}

describe('the buttons above a text', () => {
  it('set what is selected in bold, or leave the place for it', () => {
    expect(use('bold', '先⟦冲洗⟧伤口')).toBe('先**⟦冲洗⟧**伤口')
    expect(use('bold', '先⟦⟧')).toBe('先**⟦⟧**')
  })

  it('lead every selected line, and take the lead back', () => {
    expect(use('list', '一\n⟦二\n三⟧\n四')).toBe('一\n⟦- 二\n- 三⟧\n四')
    expect(use('list', '一\n⟦- 二\n- 三⟧\n四')).toBe('一\n⟦二\n三⟧\n四')
    expect(use('numbers', '⟦甲\n乙⟧')).toBe('⟦1. 甲\n2. 乙⟧')
    expect(use('heading', '甲\n乙⟦⟧')).toBe('甲\n⟦## 乙⟧')
    expect(use('quote', '⟦⟧')).toBe('⟦> ⟧')
  })

  it('put a table before the line, and a link around words', () => {
    expect(use('table', '甲\n乙⟦⟧')).toMatch(/^甲\n\| ⟦项目⟧ \| 说明 \|\n\|---\|---\|\n/)
    expect(use('link', '见⟦破伤风⟧')).toBe('见[⟦破伤风⟧](knowledge:)')
  })
})
