/** The tree of categories and where each counts in the trees of others, as the API tells it: docs/categories.md. */

import type { Findable } from '@/pages/desk/find'

export const TREES = ['national', 'provincial', 'tianjin'] as const
export type Tree = (typeof TREES)[number]

export interface Node extends Record<Tree, string | null> {
  code: string
  name: string
  path: string
  pinyin: string
  initials: string
  /** Trees in which its own place is written; in the others it counts where the one above it does. */
  written: Tree[]
  parts: Node[]
}

export interface Own {
  version: number
  categories: Node[]
}

export interface Named {
  name: string
  path: string
  parts: Named[]
}

export interface Unplaced {
  tree: string
  path: string
  kind: string
  rows: number
  calls: number
  missing: string[]
}

export interface Lacking {
  version: number
  codes: Record<Tree, string[]>
  unreached: Record<Tree, string[]>
  records: Unplaced[]
}

/** How a category comes to its place: it is written, it is the one above's, the names agree, or there is none. */
export type Way = 'written' | 'above' | 'same' | 'none' | 'kind'

export interface Row extends Findable {
  path: string
  place: string | null
  way: Way
}

function wayOf(one: Node, tree: Tree, above: Node | null): Way {
  if (one.written.includes(tree)) return 'written'
  if (one[tree] === null) return above === null ? 'kind' : 'none'
  if (above !== null && one[tree] === above[tree]) return 'above'
  return 'same'
}

/** Every category that counts somewhere: those that have no place first, then as they stand in the tree. */
export function rowsOf(nodes: readonly Node[], tree: Tree): Row[] {
  const rows = flat(nodes, tree, null)
  return [...rows.filter(({ way }) => way === 'none'), ...rows.filter(({ way }) => way !== 'none')]
}

function flat(nodes: readonly Node[], tree: Tree, above: Node | null): Row[] {
  return nodes.flatMap((one) => [
    {
      id: one.code,
      name: one.name,
      pinyin: one.pinyin,
      initials: one.initials,
      also: [one.path, one[tree] ?? ''],
      path: one.path,
      place: one[tree],
      way: wayOf(one, tree, above),
    },
    ...flat(one.parts, tree, one),
  ])
}

/** All paths of somebody else's tree, in its own order. */
export function pathsOf(names: readonly Named[]): string[] {
  return names.flatMap(({ path, parts }) => [path, ...pathsOf(parts)])
}
