import { describe, expect, it } from 'vitest'

import { flatten, formOf, nested, type Register } from './entry'

const person = { type: 'object', properties: { name: { type: 'string' }, mobile: { type: 'string' } } }
const register: Register = {
  register: 'unit',
  label: '承办部门登记表',
  entries: 1,
  fields: [
    { field: 'name', label: '部门名称' },
    { field: 'liaison_a.name', label: '联络人A姓名' },
    { field: 'liaison_a.mobile', label: '联络人A手机' },
  ],
  schema: {
    required: ['name'],
    properties: { name: { type: 'string' }, liaison_a: { anyOf: [person, { type: 'null' }] }, also: { type: 'array' } },
  },
}

describe("a register's entry", () => {
  const form = formOf(register)

  it('has the fields of the paper form in its order', () => {
    expect(form.map(({ name }) => name)).toEqual(['name', 'liaison_a.name', 'liaison_a.mobile'])
    expect(form[0]?.required).toBe(true)
  })

  it('comes out of the form as it went in, with what the form does not show', () => {
    const entry = { name: '疾控中心', liaison_a: { name: '甲', mobile: '139' }, also: ['市疾控'] }
    expect(nested(form, flatten(entry), entry)).toEqual(entry)
  })

  it('has no liaison of whom nothing is said', () => {
    const entry = { name: '疾控中心', liaison_a: { name: '甲', mobile: '139' } }
    const values = { ...flatten(entry), 'liaison_a.name': '', 'liaison_a.mobile': '' }
    expect(nested(form, values, entry)).toEqual({ name: '疾控中心' })
  })
})
