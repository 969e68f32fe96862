/** A form's fields as the API's JSON schemas tell them: the server says what it takes, the page asks for that. */

export interface Schema {
  type?: string | string[]
  enum?: (string | number | null)[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  default?: unknown
  maxLength?: number
  minLength?: number
  minimum?: number
  maximum?: number
  format?: string
  items?: Schema
  description?: string
}

export type Kind = 'choice' | 'flag' | 'number' | 'words' | 'text' | 'date'

export interface Field {
  name: string
  kind: Kind
  required: boolean
  choices: string[]
  least?: number
  most?: number
  length?: number
  initial: unknown
}

/** The part of a schema that is not null. */
function bare(schema: Schema): Schema {
  const others = schema.anyOf?.filter((one) => one.type !== 'null') ?? []
  return others.length === 1 && others[0] !== undefined ? { default: schema.default, ...others[0] } : schema
}

/** Text of more than this many characters has a field of several lines. */
const LINE = 300

function fieldOf(name: string, schema: Schema, required: boolean): Field | null {
  const of = bare(schema)
  const field = { name, required, choices: [] as string[], length: of.maxLength, initial: of.default ?? null }
  if (of.enum !== undefined) {
    return { ...field, kind: 'choice', choices: of.enum.filter((one) => one !== null).map(String) }
  }
  if (of.type === 'boolean') return { ...field, kind: 'flag', initial: of.default ?? false }
  if (of.type === 'integer') return { ...field, kind: 'number', least: of.minimum, most: of.maximum }
  if (of.type === 'array') return { ...field, kind: 'words', initial: of.default ?? [] }
  if (of.type === 'string') {
    if (of.format === 'date') return { ...field, kind: 'date' }
    return { ...field, kind: 'text' }
  }
  return null
}

/** The fields of an object's schema, in its order; those that no simple field can hold are left out. */
export function fieldsOf(schema: Schema, without: readonly string[] = []): Field[] {
  const required = new Set(schema.required ?? [])
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => !without.includes(name))
    .map(([name, of]) => fieldOf(name, of, required.has(name)))
    .filter((field) => field !== null)
}

/** Whether a field is written on several lines. */
export function long(field: Field): boolean {
  return field.kind === 'text' && (field.length ?? Infinity) > LINE
}

/** What is sent of a form: nothing of a field that was left empty, unless `cleared` asks for null there. */
export function sent(fields: readonly Field[], values: Record<string, unknown>, cleared = false) {
  const told: Record<string, unknown> = {}
  for (const { name, kind } of fields) {
    const value = kind === 'text' && typeof values[name] === 'string' ? values[name].trim() : values[name]
    if (value !== '' && value !== null && value !== undefined) told[name] = value
    else if (cleared) told[name] = null
  }
  return told
}

/** The required fields that are still empty. */
export function missing(fields: readonly Field[], values: Record<string, unknown>): string[] {
  const told = sent(fields, values)
  return fields.filter(({ required, name }) => required && !(name in told)).map(({ name }) => name)
}
