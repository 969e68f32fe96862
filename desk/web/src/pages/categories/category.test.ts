import { describe, expect, it } from 'vitest'

import { pathsOf, rowsOf, type Node } from './category'

function node(code: string, path: string, tianjin: string | null, more: Partial<Node> = {}): Node {
  const name = path.split('/').at(-1) ?? ''
  const nowhere = { national: null, provincial: null }
  return { code, name, path, pinyin: '', initials: '', written: [], parts: [], ...nowhere, tianjin, ...more }
}

const tree = [
  node('Z', '咨询', '咨询', {
    parts: [
      node('Z01', '咨询/预防接种', '咨询/免疫预防', {
        written: ['tianjin'],
        parts: [node('Z0101', '咨询/预防接种/乙肝', '咨询/免疫预防')],
      }),
      node('Z02', '咨询/问路', null),
      node('Z03', '咨询/健康知识', '咨询/健康知识'),
    ],
  }),
  node('Q', '其他', null),
]

describe('where categories count', () => {
  it('shows first what counts nowhere, and says how the others come to their places', () => {
    expect(rowsOf(tree, 'tianjin').map(({ id, way }) => [id, way])).toEqual([
      ['Z02', 'none'],
      ['Z', 'same'],
      ['Z01', 'written'],
      ['Z0101', 'above'],
      ['Z03', 'same'],
      ['Q', 'kind'],
    ])
  })

  it('has every path of another tree, in its order', () => {
    const names = [{ name: '咨询', path: '咨询', parts: [{ name: '艾滋病', path: '咨询/艾滋病', parts: [] }] }]
    expect(pathsOf(names)).toEqual(['咨询', '咨询/艾滋病'])
  })
})
