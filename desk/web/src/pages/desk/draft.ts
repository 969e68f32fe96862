/** What is written into an answer record and not kept yet, held against what others wrote meanwhile. Pure. */

export type Value = string | boolean | null
export type Fields = Partial<Record<Field, Value>>

/** What people write, in the order of form 6. */
export const FIELDS = [
  'asked_by',
  'gender',
  'contact',
  'consent',
  'heard',
  'heard_note',
  'kind',
  'category',
  'place',
  'content',
  'note',
  'settled',
  'work_order',
] as const
export type Field = (typeof FIELDS)[number]

/** A field that both changed: `mine` is not kept, `theirs` is. */
export interface Clash {
  field: Field
  mine: Value
  theirs: Value
}

/** Nothing is null, however it was written. */
export function tidy(value: Value | undefined): Value {
  return value === undefined || (typeof value === 'string' && value.trim() === '') ? null : value
}

/** Fields that I wrote and somebody else changed, too, between `before` and `after`. Who wrote the same clashes not. */
export function clashes(draft: Fields, before: Fields, after: Fields): Clash[] {
  const found: Clash[] = []
  for (const field of FIELDS) {
    if (!(field in draft)) continue
    const [mine, was, theirs] = [tidy(draft[field]), tidy(before[field]), tidy(after[field])]
    if (theirs !== was && theirs !== mine) found.push({ field, mine, theirs })
  }
  return found
}

/** What is left to keep after `sent` was: what was changed again meanwhile. */
export function left(draft: Fields, sent: Fields): Fields {
  const rest: Fields = {}
  for (const field of FIELDS) {
    if (field in draft && !(field in sent && draft[field] === sent[field])) rest[field] = draft[field]
  }
  return rest
}

/** Without some fields. */
export function without(fields: Fields, those: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !those.includes(name))) as Fields
}

/** Whether a hidden number or name is all of it: it is not written over by half. Around one in a text one may write. */
export function isVeil(field: Field, value: Value | undefined): boolean {
  return (field === 'contact' || field === 'asked_by') && isMasked(field, value)
}

/** Whether a number or name in it is hidden: the server shows it so. */
export function isMasked(field: Field, value: Value | undefined): boolean {
  if (typeof value !== 'string') return false
  if (field === 'contact' || field === 'asked_by') return value.includes('*')
  return /\*{4,}[0-9]{4}/.test(value)
}
