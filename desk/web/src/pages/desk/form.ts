/** What a form of an answer record asks for, by the server's lists and rules. */

import { shallowRef } from 'vue'

import { get } from '@/api/http'
import type { Choice, FormRules } from './told'
import type { Field } from './draft'

const rules = shallowRef<FormRules | null>(null)
let asked: Promise<void> | null = null

export function useForm() {
  asked ??= get<FormRules>('/answers/fields')
    .then((told) => void (rules.value = told))
    .catch(() => void (asked = null))

  const kindOf = (kind: string | null) => rules.value?.kinds.find((one) => one.kind === kind)
  const ruleOf = (field: Field) => rules.value?.fields.find((one) => one.field === field)
  return {
    rules,
    choices: (field: Field): Choice[] => ruleOf(field)?.choices ?? [],
    longest: (field: Field): number | undefined => ruleOf(field)?.longest ?? undefined,
    /** The boxes in which a kind can stand; all of them while there is none. */
    boxes: (kind: string | null): Choice[] => kindOf(kind)?.heard ?? ruleOf('heard')?.choices ?? [],
    requires: (kind: string | null, field: Field): boolean =>
      field === 'kind' || (kindOf(kind)?.required.includes(field) ?? false),
  }
}
