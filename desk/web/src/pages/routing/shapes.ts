/** What `/api/v1/routing` tells. */

export type Of = 'live' | 'draft' | 'folder' | number

export interface Both {
  zh: string
  en: string
}

export interface State {
  live: { number: number; mark: string; since: string }
  folder: { is: 'live' | 'set_aside' | 'refused' | 'other'; digest: string; problems: string[] }
  why_not: (Both & { code: string }) | null
  drafts: { user: string; changed: string; files: string[] }[]
  lines: { id: string; name: string }[]
  front: string[]
  direct: boolean
}

export interface File {
  name: string
  text: string
  digest: string
}

export type Touched = Record<string, 'new' | 'changed' | 'gone'>

export interface Draft {
  user: string
  source: 'live' | 'folder' | 'version'
  number: number
  began: string
  changed: string
  files: File[]
  touched: Touched
  behind: { number: number; files: Touched } | null
}

export interface Problem extends Both {
  part: 'plan' | 'tests'
  file: string
  line: number
  column: number
  rule: string
  severity: 'error' | 'warning'
}

export interface Checked {
  good: boolean
  problems: Problem[]
}

export interface Step {
  step: string
  name?: string | null
  say: string[]
  heard: string | null
}

export interface TestCall {
  file: string
  line: number
  column: number
  at: string
  name: string
  keys: string
  expect: string
  open: boolean | null
  why: string | null
  good: boolean
  faults: { what: string; expected: string; got: string }[]
  steps: Step[]
}

export interface Tested {
  problems: Problem[]
  calls: TestCall[]
  passed: number
  failed: number
  coverage: Record<string, { all: number; percent: number; missed: string[] }>
}

export interface Dialled {
  steps: Step[]
  left: string[]
  end: { kind: string; line: string | null; name: string | null; open: boolean; why: string } | null
}

export interface Compared {
  groups: (Both & { group: string; changes: Both[] })[]
  until: string
  files: { file: string; how: string; lines: string }[]
}

export interface Version {
  number: number
  mark: string
  kept: string
  live: boolean
  who: string | null
  why: string | null
}

export interface Calendar {
  days: { date: string; workday: boolean; holiday: boolean; why: string; known: boolean }[]
  hours: { name: string; days: { open: string[]; why: string }[] }[]
  lines: { id: string; name: string; hours: string }[]
}

export interface Rule {
  id: string
  severity: string
  example: string
  message: Both
  meaning: Both
  mending: Both
}

export interface Done {
  result: 'done' | 'unchanged'
  number: number
  mark: string
  warnings: string[]
}
