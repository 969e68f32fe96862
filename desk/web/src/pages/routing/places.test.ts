import { expect, test } from 'vitest'

import { nameAt, named, placeOf, unitsOf } from './places'

const TEXT = `# words
hotline:
  start: hello
nodes:
  hello: {say: welcome, then: main}
  main:
    menu: choose
    keys: {1: desk}
lines:
  desk:
    name: 座席
`

test('names are the keys right below their section, and what is deeper is none', () => {
  expect(named('plan.yaml', TEXT).map((one) => `${one.section}.${one.name}:${one.line}`)).toEqual([
    'nodes.hello:5',
    'nodes.main:6',
    'lines.desk:10',
  ])
})

test('a line belongs to the node above it, and what is before all belongs to none', () => {
  const all = named('plan.yaml', TEXT)
  expect(nameAt(all, 'plan.yaml', 8)).toBe('main')
  expect(nameAt(all, 'plan.yaml', 3)).toBeNull()
  expect(nameAt(all, 'other.yaml', 8)).toBeNull()
  expect(placeOf(all, 'desk')).toMatchObject({ file: 'plan.yaml', line: 10 })
})

test('a column counts characters, the editor counts units', () => {
  expect(unitsOf('您好😀: x', 1)).toBe(0)
  expect(unitsOf('您好😀: x', 4)).toBe(4)
})
