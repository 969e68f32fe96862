import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { h } from 'vue'

import { Marked, Prose } from './prose'

function shown(html: string): string {
  return mount(Prose, { props: { html } }).html()
}

describe('what was written in Markdown', () => {
  it('keeps plain elements, anchors and the sides of columns', () => {
    expect(shown('<h4 id="h-1">甲</h4><table><tbody><tr><td class="to-right">1</td></tr></tbody></table>')).toContain(
      '<td class="to-right">1</td>',
    )
    expect(shown('<h4 id="h-1">甲</h4>')).toContain('<h4 id="h-1">甲</h4>')
  })

  it('shows of everything else the words alone', () => {
    const html = shown('<p onclick="a()" style="color:red">甲<img src=x onerror=a()></p>')
    expect(html).not.toMatch(/onclick|style|img|onerror/)
    expect(shown('<a href="javascript:a()">乙</a>')).not.toContain('<a')
    expect(shown('<a href="//e.example">乙</a>')).not.toContain('<a')
  })

  it('opens other articles without leaving the page', async () => {
    const found: string[] = []
    const prose = mount({
      render: () => h(Prose, { html: '<a href="/knowledge/sleep">睡</a>', onOpen: (id: string) => found.push(id) }),
    })
    await prose.get('a').trigger('click')
    expect(found).toEqual(['sleep'])
  })

  it('marks what was searched for', () => {
    const text = mount({ render: () => h('p', [h(Marked, { text: '被狗咬伤', marks: [[1, 3]] })]) })
    expect([text.text(), text.get('mark').text()]).toEqual(['被狗咬伤', '狗咬'])
  })
})
