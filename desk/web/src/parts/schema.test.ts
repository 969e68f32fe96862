import { describe, expect, it } from 'vitest'

import { fieldsOf, long, missing, sent } from './schema'

const schema = {
  properties: {
    unit: { type: 'string', maxLength: 200 },
    means: { anyOf: [{ enum: ['telephone', 'fax'], type: 'string' }, { type: 'null' }], default: null },
    text: { type: 'string', maxLength: 4000 },
    reached: { type: 'boolean', default: true },
    workdays: { type: 'integer', minimum: 1, maximum: 250 },
    changes: { type: 'object' },
  },
  required: ['unit', 'workdays'],
}

describe('a form of a schema', () => {
  const fields = fieldsOf(schema)

  it('has a field for each thing that can be said, and none for what no field can hold', () => {
    expect(fields.map(({ name, kind }) => `${name}:${kind}`)).toEqual([
      'unit:text',
      'means:choice',
      'text:text',
      'reached:flag',
      'workdays:number',
    ])
    expect(fields[1]?.choices).toEqual(['telephone', 'fax'])
    expect(fields.filter(long).map(({ name }) => name)).toEqual(['text'])
  })

  it('sends nothing of what was left empty, and says what is missing', () => {
    const values = { unit: '  cdc ', means: null, text: '', reached: false }
    expect(sent(fields, values)).toEqual({ unit: 'cdc', reached: false })
    expect(missing(fields, values)).toEqual(['workdays'])
    expect(sent(fields, values, true).text).toBeNull()
  })
})
