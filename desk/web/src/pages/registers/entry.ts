/** Entries of the registers: nested as the API takes them, flat as a form shows them. */

import { fieldsOf, type Field, type Schema } from '@/parts/schema'

export interface Entry {
  id: string
  version: number
  at: string
  who: string
  retired: boolean
  entry: Record<string, unknown>
}

export interface Register {
  register: string
  label: string
  entries: number
  fields: { field: string; label: string }[]
  schema: Schema
}

function part(schema: Schema): Schema {
  return schema.anyOf?.find((one) => one.type === 'object') ?? schema
}

/** The form's fields in the order of the paper form, `liaison_a.name` for what lies within. */
export function formOf(register: Register): Field[] {
  const flat = new Map<string, Field>()
  for (const field of fieldsOf(register.schema)) flat.set(field.name, field)
  for (const [name, schema] of Object.entries(register.schema.properties ?? {})) {
    const inner = part(schema)
    if (inner.properties === undefined) continue
    for (const field of fieldsOf(inner)) {
      flat.set(`${name}.${field.name}`, { ...field, name: `${name}.${field.name}`, required: false })
    }
  }
  return register.fields.map(({ field }) => flat.get(field)).filter((field) => field !== undefined)
}

/** What stands in an entry, by the form's names. */
export function flatten(entry: Record<string, unknown>): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(entry)) {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const [inner, of] of Object.entries(value)) found[`${name}.${inner}`] = of
    } else found[name] = value
  }
  return found
}

/** The entry that a form says; what the form has no field for stays as it was in `before`. */
export function nested(form: readonly Field[], values: Record<string, unknown>, before: Record<string, unknown>) {
  const entry: Record<string, unknown> = structuredClone(before)
  for (const { name } of form) {
    const value = values[name] === '' ? null : (values[name] ?? null)
    const [outer, inner] = name.split('.')
    if (outer === undefined) continue
    if (inner === undefined) entry[outer] = value
    else entry[outer] = { ...((entry[outer] as object | null) ?? {}), [inner]: value }
  }
  for (const [name, value] of Object.entries(entry)) {
    const empty = (one: unknown) => one === null || one === undefined || (Array.isArray(one) && one.length === 0)
    if (empty(value)) delete entry[name]
    else if (typeof value === 'object' && !Array.isArray(value) && Object.values(value as object).every(empty)) {
      delete entry[name]
    }
  }
  return entry
}
