/** The draft as one writes it: its texts, what was saved, what is wrong with it. Nothing typed is lost. */

import { computed, reactive, ref, shallowRef } from 'vue'

import { get, post, put, Refused, remove } from '@/api/http'
import { complain, tried } from '@/parts/told'
import { can } from '@/session'
import { named } from './places'
import type { Checked, Draft, File, Of, Problem, State, Touched } from './shapes'

const PAUSE = 400

export function useDraft() {
  const state = shallowRef<State | null>(null)
  const draft = shallowRef<Draft | null>(null)
  const texts = reactive<Record<string, string>>({})
  const digests: Record<string, string | null> = {}
  const file = ref('')
  const touched = shallowRef<Touched>({})
  const problems = shallowRef<Problem[]>([])
  /** Counts checks; whoever shows what follows from the texts looks at it. */
  const checks = ref(0)
  const good = ref(true)
  const saving = ref(false)
  /** A file that another window wrote meanwhile. */
  const elsewhere = ref('')
  const unsaved = reactive(new Set<string>())
  let timer: ReturnType<typeof setTimeout> | undefined
  let working: Promise<void> = Promise.resolve()

  const of = computed<Of>(() => (draft.value === null ? 'live' : 'draft'))
  const names = computed(() => Object.keys(texts).sort(byPart))
  const defined = computed(() => names.value.flatMap((name) => named(name, texts[name] ?? '')))
  const publisher = computed(() => can('plan.publish'))

  function show(files: readonly File[]): void {
    for (const name of Object.keys(texts)) delete texts[name]
    for (const one of files) {
      texts[one.name] = one.text
      digests[one.name] = one.digest
    }
    unsaved.clear()
    elsewhere.value = ''
    if (!(file.value in texts)) file.value = 'plan.yaml' in texts ? 'plan.yaml' : (names.value[0] ?? '')
  }

  function take(next: Draft | null): void {
    draft.value = next
    touched.value = next?.touched ?? {}
    if (next !== null) show(next.files)
  }

  async function load(): Promise<void> {
    await tried(async () => {
      state.value = await get<State>('/routing')
      take((await get<{ draft: Draft | null }>('/routing/draft')).draft)
      if (draft.value === null) show((await get<{ files: File[] }>('/routing/files', { of: 'live' })).files)
      await check()
    })
  }

  async function begin(asked: { from?: Of; user?: string; instead?: boolean } = {}): Promise<boolean> {
    return tried(async () => {
      await flush()
      take(await post<Draft>('/routing/draft', asked))
      await Promise.all([check(), look()])
    })
  }

  async function renew(): Promise<void> {
    await tried(async () => {
      await flush()
      const next = await post<Draft & { both: string[] }>('/routing/draft/renew')
      take(next)
      await Promise.all([check(), look()])
    })
  }

  async function discard(): Promise<void> {
    clearTimeout(timer)
    unsaved.clear()
    if (await tried(() => remove('/routing/draft'))) await load()
  }

  async function look(): Promise<void> {
    state.value = await get<State>('/routing')
  }

  async function check(): Promise<void> {
    const told = await post<Checked>('/routing/check', { of: of.value })
    problems.value = told.problems
    good.value = told.good
    checks.value += 1
  }

  function edit(name: string, text: string): void {
    if (draft.value === null || texts[name] === text) return
    texts[name] = text
    unsaved.add(name)
    clearTimeout(timer)
    timer = setTimeout(() => void flush().then(check).catch(complain), PAUSE)
  }

  async function add(name: string): Promise<boolean> {
    return tried(async () => {
      await save(name, '', null)
      texts[name] = ''
      file.value = name
    })
  }

  async function drop(name: string): Promise<void> {
    await tried(async () => {
      await flush()
      const told = await put<{ touched: Touched }>('/routing/draft/file', { name, text: null, was: digests[name] })
      touched.value = told.touched
      Reflect.deleteProperty(texts, name)
      Reflect.deleteProperty(digests, name)
      file.value = names.value[0] ?? ''
      await check()
    })
  }

  /** Returns when all that was typed is saved. One file after the other: two windows must not pass each other. */
  async function flush(): Promise<void> {
    clearTimeout(timer)
    working = working.catch(() => undefined).then(saveAll)
    await working
  }

  async function saveAll(): Promise<void> {
    saving.value = true
    try {
      for (const name of [...unsaved]) {
        const text = texts[name] ?? ''
        unsaved.delete(name)
        try {
          await save(name, text, digests[name] ?? null)
        } catch (error) {
          unsaved.add(name)
          if (error instanceof Refused && error.code === 'changed') elsewhere.value = name
          throw error
        }
      }
    } finally {
      saving.value = false
    }
  }

  async function save(name: string, text: string, was: string | null): Promise<void> {
    const told = await put<{ digest: string; touched: Touched }>('/routing/draft/file', { name, text, was })
    digests[name] = told.digest
    touched.value = told.touched
  }

  /** After another window wrote the file too: theirs is taken, or one's own put over it. */
  async function settle(keep: 'mine' | 'theirs'): Promise<void> {
    await tried(async () => {
      const name = elsewhere.value
      const mine = texts[name] ?? ''
      take((await get<{ draft: Draft | null }>('/routing/draft')).draft)
      if (keep === 'mine') edit(name, mine)
      else await check()
    })
  }

  return {
    ...{ state, draft, texts, file, names, touched, problems, checks, good, saving, unsaved, elsewhere, of, defined },
    ...{ publisher, load, begin, renew, discard, look, check, edit, add, drop, flush, settle },
  }
}

export type DraftDesk = ReturnType<typeof useDraft>

/** The plan's own files first, the tables of test calls behind them. */
function byPart(one: string, other: string): number {
  const tests = Number(one.startsWith('tests/')) - Number(other.startsWith('tests/'))
  return tests !== 0 ? tests : one < other ? -1 : 1
}
