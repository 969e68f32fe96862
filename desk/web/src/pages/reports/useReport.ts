/** The report that the address names: made, made again when something else is asked for, and who signed it. */

import { computed, ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

import { get, Refused, serverNow, type Query } from '@/api/http'
import { complain } from '@/parts/told'
import { daysOf, lastMonths, type Cell, type Known, type Report, type Signing } from './report'

export function useReport() {
  const route = useRoute()
  const router = useRouter()
  const word = (name: string) => (typeof route.query[name] === 'string' ? (route.query[name] as string) : '')
  const known = ref<Known | null>(null)
  const report = ref<Report | null>(null)
  const signings = ref<Signing[]>([])
  const differences = ref<{ total: number; cells: Cell[] } | null>(null)
  const loading = ref(false)

  const months = lastMonths(new Date(serverNow()), 24)
  const name = computed(() => word('report') || 'briefing')
  const month = computed(() => (word('from') ? '' : word('month') || months[1]!))
  const days = computed(() => (month.value ? daysOf(month.value) : { from: word('from'), to: word('to') }))
  const signed = computed(() => word('signed') === '1')
  const query = computed<Query>(() => ({ ...days.value, line: word('line'), tree: word('tree') }))

  /** Something else is asked for; the address keeps it. */
  function choose(wish: Record<string, string | undefined>): void {
    void router.replace({ query: { ...route.query, signed: undefined, ...wish } })
  }

  let asked = 0
  async function load(): Promise<void> {
    const mine = ++asked
    loading.value = true
    try {
      known.value ??= await get<Known>('/reports')
      const path = `/reports/${name.value}`
      const [told, signatures] = await Promise.all([
        get<Report>(path, { ...query.value, signed: signed.value ? 'last' : null }),
        get<{ signings: Signing[] }>(`${path}/signings`, query.value),
      ])
      if (mine !== asked) return
      report.value = told
      signings.value = signatures.signings
      differences.value = null
      if (signings.value.length > 0) {
        const found = await get<{ total: number; cells: Cell[] }>(`${path}/differences`, query.value)
        if (mine === asked) differences.value = found
      }
    } catch (error) {
      if (mine === asked && !(error instanceof Refused && error.status === 401)) {
        report.value = null
        complain(error)
      }
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  watch([name, query, signed], (now, then) => {
    if (JSON.stringify(now) !== JSON.stringify(then)) void load()
  })
  void load()
  return { known, report, signings, differences, loading, months, name, month, days, signed, query, choose, load, word }
}
