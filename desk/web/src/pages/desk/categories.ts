/** The one tree of categories, flat, and which of them this line and this agent choose most. Read once. */

import { computed, ref, shallowRef, watch, type Ref } from 'vue'

import { get } from '@/api/http'
import { Finder } from './find'
import type { Category } from './told'

interface Node {
  code: string
  name: string
  path: string
  pinyin: string
  initials: string
  kinds: string[]
  parts: Node[]
}

/** Those below others come behind them; what stands above a category is found with it. */
export function flat(nodes: readonly Node[], above: readonly string[] = []): Category[] {
  return nodes.flatMap((one) => [
    {
      id: one.code,
      name: one.name,
      path: one.path,
      pinyin: one.pinyin,
      initials: one.initials,
      kinds: one.kinds,
      also: above,
    },
    ...flat(one.parts, [...above, one.name]),
  ])
}

const tree = shallowRef<Category[]>([])
let asked: Promise<void> | null = null

async function read(): Promise<void> {
  const told = await get<{ categories: Node[] }>('/categories')
  tree.value = flat(told.categories)
}

export function useCategories(line: Ref<string | null>) {
  const often = ref<string[]>([])
  const finder = computed(() => new Finder(tree.value))

  asked ??= read().catch(() => void (asked = null))
  watch(
    line,
    async (now) => {
      often.value = []
      if (now === null) return
      const told = await get<{ often: string[]; lately: string[] }>('/desk/categories', { line: now }).catch(() => null)
      if (told !== null && line.value === now) often.value = mixed(told.lately, told.often)
    },
    { immediate: true },
  )

  return { finder, often }
}

/** Three of one's own, then the line's: each once. */
export function mixed(lately: readonly string[], often: readonly string[]): string[] {
  return [...new Set([...lately.slice(0, 3), ...often])]
}
