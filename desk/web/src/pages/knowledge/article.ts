/** Articles as `/api/v1/knowledge` tells of them: docs/knowledge.md. */

import { get, post, put, remove } from '@/api/http'

export type Span = [number, number]
export type Kind = 'article' | 'script'
export type State = 'draft' | 'published' | 'retired'

export interface Head {
  id: string
  title: string
  kind: Kind
  lines: { id: string; name: string }[]
  categories: { code: string; name: string; path: string }[]
  review: string | null
  due: boolean
  reviewed_by: string | null
}

export interface Hit extends Head {
  version: number
  excerpt: string
  title_marks: Span[]
  excerpt_marks: Span[]
}

export interface Listed extends Head {
  state: State
  newest: number
  live: number | null
  useful: number
  unhelpful: number
}

export interface Step {
  step: number
  title: string
  html: string
  text: string
}

export interface Shown {
  html: string
  headings: { level: number; text: string; anchor: string }[]
  steps: Step[]
}

export interface Article extends Head, Shown {
  version: number
  state: State
  newest: number
  live: number | null
  keywords: string[]
  sources: string[]
  text: string
  useful: number
  unhelpful: number
  my_vote: { useful: boolean; words: string | null } | null
}

/** What an editor writes. */
export interface Written {
  title: string
  kind: Kind
  lines: string[]
  categories: string[]
  keywords: string[]
  review: string | null
  reviewed_by: string | null
  sources: string[]
  text: string
}

export interface Version {
  id: string
  version: number
  at: string
  who: string
  reason: string | null
  state: State
  article: Written
}

export interface Use {
  id: string
  title: string
  version: number
}

export interface Piece {
  kind: 'same' | 'added' | 'removed'
  text: string
}

export interface Difference {
  fields: { field: keyof Written; before: unknown; after: unknown }[]
  lines: { kind: 'same' | 'added' | 'removed' | 'changed'; pieces: Piece[] }[]
}

export interface Unhelpful {
  id: string
  title: string
  version: number
  useful: number
  unhelpful: number
  words: { at: string; words: string | null; who: string }[]
}

const ALL = '/knowledge/articles'
const at = (id: string) => `${ALL}/${encodeURIComponent(id)}`
const used = (call: string) => `/knowledge/calls/${encodeURIComponent(call)}`

export const articles = {
  one: (id: string, version?: number | 'newest') => get<Article>(at(id), { version }),
  all: () => get<{ articles: Listed[] }>(ALL),
  versions: (id: string) => get<{ versions: Version[] }>(`${at(id)}/versions`),
  difference: (id: string, from: number, to: number) => get<Difference>(`${at(id)}/difference`, { from, to }),
  preview: (article: Written) => post<Shown>('/knowledge/preview', { article }),
  begin: (article: Written, reason: string) => post<Version>(ALL, { article, reason: reason || null }),
  draft: (id: string, article: Written, expected: number, reason: string) =>
    put<Version>(at(id), { article, expected, reason: reason || null }),
  publish: (id: string, article: Written, expected: number, reason: string) =>
    post<Version>(`${at(id)}/publish`, { article, expected, reason: reason || null }),
  retire: (id: string, expected: number, reason: string) => post<Version>(`${at(id)}/retire`, { expected, reason }),
  takeBack: (id: string, version: number, expected: number, reason: string) =>
    post<Version>(`${at(id)}/take-back`, { version, expected, reason }),
  vote: (id: string, version: number, useful: boolean, words: string | null) =>
    post<{ useful: number; unhelpful: number }>(`${at(id)}/vote`, { version, useful, words }),
  unhelpful: () => get<{ articles: Unhelpful[] }>('/knowledge/unhelpful'),
  uses: (call: string) => get<{ uses: Use[] }>(used(call)),
  use: (call: string, id: string) => put<{ uses: Use[] }>(`${used(call)}/${encodeURIComponent(id)}`),
  noUse: (call: string, id: string) => remove<{ uses: Use[] }>(`${used(call)}/${encodeURIComponent(id)}`),
}

/** What an editor begins with. */
export function blank(): Written {
  return {
    title: '',
    kind: 'article',
    lines: [],
    categories: [],
    keywords: [],
    review: null,
    reviewed_by: null,
    sources: [],
    text: '',
  }
}

/** An article as an editor writes it on. */
export function writtenOf(article: Article): Written {
  const { title, kind, keywords, review, reviewed_by, sources, text } = article
  return {
    title,
    kind,
    lines: article.lines.map(({ id }) => id),
    categories: article.categories.map(({ code }) => code),
    keywords: [...keywords],
    review,
    reviewed_by,
    sources: [...sources],
    text,
  }
}
