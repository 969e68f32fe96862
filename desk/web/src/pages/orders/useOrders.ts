/** The orders of the page: asked for by filters, in pages, and again when one of them changed. */

import { reactive, ref, watch } from 'vue'

import { get } from '@/api/http'
import { complain } from '@/parts/told'
import type { Order, OrderWords } from './order'

interface Listed {
  orders: Order[]
  next: string | null
}

export interface Filters {
  state: string
  unit: string
  line: string
  overdue: boolean
}

const LIMIT = 100

export function useOrders() {
  const filters = reactive<Filters>({ state: 'open', unit: '', line: '', overdue: false })
  const orders = ref<Order[]>([])
  const next = ref<string | null>(null)
  const loading = ref(false)
  const words = ref<OrderWords | null>(null)
  let asked = 0

  async function load(after: string | null = null): Promise<void> {
    const mine = ++asked
    loading.value = true
    try {
      const query = { ...filters, overdue: filters.overdue || null, limit: LIMIT, after }
      const [told, known] = await Promise.all([
        get<Listed>('/orders', query),
        words.value ?? get<OrderWords>('/orders/words'),
      ])
      if (mine !== asked) return // filters were changed meanwhile
      words.value = known
      orders.value = after === null ? told.orders : [...orders.value, ...told.orders]
      next.value = told.next
    } catch (error) {
      complain(error)
    } finally {
      if (mine === asked) loading.value = false
    }
  }

  /** An order was moved: it takes its new place, or leaves the page. */
  function changed(order: Order): void {
    const at = orders.value.findIndex(({ number }) => number === order.number)
    if (at >= 0) orders.value[at] = order
    else orders.value.unshift(order)
  }

  watch(filters, () => load())
  void load()
  return { filters, orders, next, loading, words, load, changed }
}
