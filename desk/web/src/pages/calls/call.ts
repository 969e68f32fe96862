/** Ended calls and those that nobody answered, as the API tells them: docs/database.md. */

export interface EndedCall {
  id: string
  started: string
  number: string
  direction: 'in' | 'out'
  line: string | null
  agent: string | null
  outcome: string
  keys: string
  waited: number | null
  talked: number | null
  test: boolean
}

export interface Missed {
  call: string
  number: string
  line: string
  asked: string
  waited: number
  state: string
  at: string | null
  by: string | null
}
