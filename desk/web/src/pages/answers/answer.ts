/** Answer records as the API tells them: docs/answers.md. */

import { language } from '@/i18n'
import { official } from '@/parts/official'

export interface Answer {
  call: string
  number: string
  seq: number
  state: 'open' | 'filled' | 'signed'
  at: string
  line_name: string
  agent_name: string | null
  owner_name: string | null
  kind: string | null
  content: string | null
  missing: { field: string; label: string }[]
  signed: string | null
  signed_by: string | null
}

export interface Sheet {
  title: string
  fields: { label: string; value: string }[]
}

/** Fields by their names, one after the other. */
export function list(fields: readonly { label: string }[]): string {
  return fields.map(({ label }) => official(label)).join(language() === 'zh' ? '、' : ', ')
}
