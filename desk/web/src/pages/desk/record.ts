/** One answer record in somebody's hands: kept as they type, and nothing of it lost. */

import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'

import { get, put, Refused } from '@/api/http'
import { language } from '@/i18n'
import { fieldsOf } from '@/parts/refusals'
import { complain } from '@/parts/told'
import {
  clashes,
  isMasked,
  isVeil,
  left,
  tidy,
  without,
  type Clash,
  type Field,
  type Fields,
  type Value,
} from './draft'
import type { Answer } from './told'

const PAUSE = 700
/** Milliseconds after the last key until it is kept. */
const AGAIN = 3000
/** After a failure of the network. */

export type Keeping = 'kept' | 'typing' | 'saving' | 'unreachable' | 'refused'

export function useRecord() {
  const record = shallowRef<Answer | null>(null)
  const draft = ref<Fields>({})
  /** What I wrote in whole and the server shows masked: field → [mine, as it is shown]. */
  const whole = ref<Partial<Record<Field, [Value, Value]>>>({})
  /** What was refused, as the server says why; `wrong` says it in the reader's language. */
  const refusals = shallowRef<Record<string, string>>({})
  const wrong = shallowRef<Partial<Record<Field, string>>>({})
  const clash = ref<Clash[]>([])
  const keeping = ref<Keeping>('kept')
  let timer: ReturnType<typeof setTimeout> | undefined
  let sending: Promise<void> | null = null

  const call = computed(() => record.value?.call ?? null)

  watch([refusals, language], async ([now], _, overtaken) => {
    let late = false
    overtaken(() => (late = true))
    try {
      const told = await fieldsOf(now)
      if (!late) wrong.value = told
    } catch (error) {
      complain(error)
    }
  })

  function valueOf(field: Field): Value {
    if (field in draft.value) return draft.value[field] ?? null
    const shown = record.value?.[field] ?? null
    const mine = whole.value[field]
    return mine !== undefined && mine[1] === shown ? mine[0] : shown
  }

  const masked = (field: Field) => !(field in draft.value) && isMasked(field, valueOf(field))
  const veiled = (field: Field) => !(field in draft.value) && isVeil(field, valueOf(field))

  /** Shows the record of a call; false when there is none (yet). */
  async function open(wanted: string): Promise<boolean> {
    if (wanted === call.value) return true
    let found: Answer
    try {
      found = await get<Answer>(`/answers/${wanted}`)
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return false
      throw error
    }
    await flush()
    record.value = found
    whole.value = {}
    refusals.value = {}
    clash.value = []
    draft.value = stored(wanted)
    keeping.value = 'kept'
    if (Object.keys(draft.value).length > 0) await again()
    return true
  }

  /** Reads it anew: somebody else may have written. */
  async function again(): Promise<void> {
    const before = record.value
    if (before === null) return
    const after = await get<Answer>(`/answers/${before.call}`)
    if (record.value?.call !== before.call) return
    settle(before, after)
  }

  function settle(before: Answer, after: Answer): void {
    const found = clashes(draft.value, before, after)
    const fields = found.map((one) => one.field)
    clash.value = [...clash.value.filter((one) => !fields.includes(one.field)), ...found]
    record.value = after
    if (Object.keys(sendable()).length > 0) later(0)
  }

  function write(field: Field, value: Value): void {
    if (record.value === null || record.value.state === 'signed') return
    draft.value = { ...draft.value, [field]: value }
    // what does not go with one kind may go with another: all is tried again
    refusals.value = field === 'kind' ? {} : (without(refusals.value, [field]) as Record<string, string>)
    store()
    keeping.value = 'typing'
    later(PAUSE)
  }

  function decide(one: Clash, mine: boolean): void {
    clash.value = clash.value.filter((other) => other.field !== one.field)
    if (!mine) draft.value = without(draft.value, [one.field])
    store()
    later(0)
  }

  function later(milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void save(), milliseconds)
  }

  /** What may be sent: not what was refused, nor what somebody has to decide first. */
  function sendable(): Fields {
    return without(draft.value, [...Object.keys(refusals.value), ...clash.value.map((one) => one.field)])
  }

  async function save(): Promise<void> {
    clearTimeout(timer)
    if (sending !== null) {
      await sending
      if (Object.keys(sendable()).length === 0) return
    }
    sending = send().finally(() => (sending = null))
    await sending
  }

  async function send(): Promise<void> {
    const held = record.value
    const sent = { ...sendable() }
    if (held === null || Object.keys(sent).length === 0) {
      if (keeping.value === 'typing') keeping.value = Object.keys(draft.value).length > 0 ? 'refused' : 'kept'
      return
    }
    keeping.value = 'saving'
    try {
      const tidied = Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, tidy(value)]))
      const after = await put<Answer>(`/answers/${held.call}`, { seq: held.seq, ...tidied })
      if (record.value?.call !== held.call) return
      for (const [name, value] of Object.entries(tidied)) {
        const field = name as Field
        if (after[field] !== value) whole.value = { ...whole.value, [field]: [value, after[field] ?? null] }
      }
      record.value = after
      draft.value = left(draft.value, sent)
      store()
      keeping.value = Object.keys(draft.value).length === 0 ? 'kept' : 'typing'
      if (Object.keys(sendable()).length > 0) later(PAUSE)
    } catch (error) {
      await refused(error, held)
    }
  }

  async function refused(error: unknown, held: Answer): Promise<void> {
    if (!(error instanceof Refused)) throw error
    if (record.value?.call !== held.call) return
    if (error.code === 'changed') {
      keeping.value = 'typing'
      await again()
    } else if (error.code === 'unfit') {
      refusals.value = { ...refusals.value, ...error.fields }
      keeping.value = 'refused'
      if (Object.keys(sendable()).length > 0 && Object.keys(error.fields).length > 0) later(0)
    } else if (error.status === 0 || error.status >= 429) {
      keeping.value = 'unreachable'
      later(AGAIN)
    } else {
      keeping.value = 'refused'
      complain(error)
    }
  }

  /** Keeps what was typed before something else is done with the record; whether all of it is kept. */
  async function flush(): Promise<boolean> {
    if (sending !== null || Object.keys(sendable()).length > 0) await save()
    return Object.keys(draft.value).length === 0
  }

  /** The whole names and numbers, for who talked with the caller; it is audited. */
  async function unmask(reason: string): Promise<void> {
    const held = record.value
    if (held === null) return
    const told = await get<Answer>(`/answers/${held.call}`, { private: true, reason })
    for (const field of ['asked_by', 'contact', 'content', 'note', 'heard_note'] as const) {
      const [mine, shown] = [told[field] ?? null, record.value?.[field] ?? null]
      if (mine !== shown) whole.value = { ...whole.value, [field]: [mine, shown] }
    }
  }

  // ── this tab's own memory: a reload loses nothing, another person at this machine finds nothing ──

  const key = (of: string) => `record:${of}`

  function store(): void {
    if (call.value === null) return
    try {
      if (Object.keys(draft.value).length === 0) sessionStorage.removeItem(key(call.value))
      else sessionStorage.setItem(key(call.value), JSON.stringify(draft.value))
    } catch {
      // storage is forbidden: it is kept on the server within a second all the same
    }
  }

  function stored(of: string): Fields {
    try {
      return JSON.parse(sessionStorage.getItem(key(of)) ?? '{}') as Fields
    } catch {
      return {}
    }
  }

  const hidden = () => void (document.visibilityState === 'hidden' && flush())
  document.addEventListener('visibilitychange', hidden)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', hidden)
    void flush()
  })

  return {
    record,
    call,
    draft,
    wrong,
    clash,
    keeping,
    valueOf,
    masked,
    veiled,
    open,
    again,
    write,
    decide,
    flush,
    unmask,
  }
}

export type Held = ReturnType<typeof useRecord>
