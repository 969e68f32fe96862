/** One quality sheet while it is filled in: kept as one types, submitted, corrected, settled. */

import { computed, onBeforeUnmount, reactive, ref, shallowRef, watch } from 'vue'

import { get, post } from '@/api/http'
import { complain } from '@/parts/told'
import { can, useSession } from '@/session'
import { changed, comesTo, pointsOf, type Item, type Marks, type Plan, type Score, type Sheet } from './sheet'

/** Milliseconds after the last key. */
const PATIENCE = 800
export type Doing = 'draft' | 'correct' | 'settle' | null

let known: Promise<{ sheets: Sheet[]; plans: Plan[] }> | null = null

/** The sheets and sampling plans, asked for once. */
export function knownSheets() {
  known ??= get<{ sheets: Sheet[]; plans: Plan[] }>('/quality/sheets')
  known.catch(() => (known = null))
  return known
}

export interface About {
  call: string
  agent: string
  drawn: string | null
}

export function useSheet(about: About, told: (score: Score) => void) {
  const { me } = useSession()
  const sheets = shallowRef<Sheet[]>([])
  const which = ref('')
  const score = shallowRef<Score | null>(null)
  const doing = ref<Doing>(null)
  const typed = reactive<Record<string, string>>({})
  const left_out = reactive<Record<string, boolean>>({})
  const comment = ref('')
  const busy = ref(false)
  const saved = ref('')
  /** What was last sent, or came. */
  let sent = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn: Promise<unknown> = Promise.resolve()

  const items = computed<Item[]>(
    () => score.value?.items ?? sheets.value.find(({ id }) => id === which.value)?.items ?? [],
  )
  const marks = computed<Marks>(() => {
    const found: Marks = {}
    for (const item of items.value) {
      const points = pointsOf(typed[item.item] ?? '', item)
      if (left_out[item.item]) found[item.item] = null
      else if (points !== undefined) found[item.item] = points
    }
    return found
  })
  const result = computed(() => comesTo(items.value, marks.value))
  const state = computed(() => JSON.stringify([marks.value, comment.value]))
  const mine = (by: string) => by === `desk:${me.value?.name}`

  function take(now: Score | null): void {
    score.value = now
    for (const item of items.value) {
      const of = now?.items.find((one) => one.item === item.item)
      typed[item.item] = of?.judged && of.mark !== null ? String(of.mark) : ''
      left_out[item.item] = of?.judged === true && of.mark === null
    }
    comment.value = now?.comment ?? ''
    doing.value = can('quality.judge') && (now === null || (now.state === 'draft' && mine(now.by))) ? 'draft' : null
    sent = state.value
    saved.value = ''
  }

  async function load(id: string | null): Promise<void> {
    try {
      sheets.value = (await knownSheets()).sheets
      which.value ||= sheets.value[0]?.id ?? ''
      take(id === null ? null : await get<Score>(`/quality/scores/${encodeURIComponent(id)}`))
    } catch (error) {
      complain(error)
    }
  }

  const path = (verb: string) => `/quality/scores/${encodeURIComponent(score.value?.id ?? '')}/${verb}`

  /** Sends what was typed since; one after the other, so that nobody makes two drafts. */
  function save(): Promise<void> {
    clearTimeout(timer)
    const next = turn.then(async () => {
      if (state.value === sent) return
      const now = state.value
      const said = { marks: marks.value, comment: comment.value.trim() }
      saved.value = 'saving'
      score.value =
        score.value === null
          ? await post<Score>('/quality/scores', { ...about, sheet: which.value, ...said })
          : await post<Score>(path('mark'), said)
      sent = now
      saved.value = 'saved'
      told(score.value)
    })
    turn = next.catch((error: unknown) => {
      saved.value = ''
      complain(error)
    })
    return next
  }

  watch(state, () => {
    clearTimeout(timer)
    if (doing.value === 'draft' && state.value !== sent)
      timer = setTimeout(() => void save().catch(() => null), PATIENCE)
  })
  onBeforeUnmount(() => {
    if (doing.value === 'draft') void save().catch(() => null)
    clearTimeout(timer)
  })

  /** Does one thing with the sheet; whether it went well. */
  async function move(verb: string, said: Record<string, unknown> = {}): Promise<boolean> {
    busy.value = true
    try {
      if (doing.value === 'draft' && verb !== 'discard') await save()
      const now = await post<Score>(path(verb), said)
      take(now.state === 'discarded' ? null : now)
      told(now)
      return true
    } catch (error) {
      complain(error)
      return false
    } finally {
      busy.value = false
    }
  }

  /** What a correction or a settlement changes, with its reason. */
  function difference(reason: string): Record<string, unknown> {
    const before: Marks = {}
    for (const { item, mark, judged } of score.value?.items ?? []) if (judged) before[item] = mark
    const other = changed(before, marks.value)
    return {
      reason,
      ...(Object.keys(other).length > 0 ? { marks: other } : {}),
      ...(comment.value.trim() !== score.value?.comment ? { comment: comment.value.trim() } : {}),
    }
  }

  function fillRest(): void {
    for (const { item, points } of items.value) {
      if (!left_out[item] && (typed[item] ?? '').trim() === '') typed[item] = String(points)
    }
  }

  return {
    ...{ sheets, which, score, items, doing, typed, left_out, comment, marks, result, busy, saved },
    ...{ load, take, save, move, difference, fillRest, mine },
  }
}
