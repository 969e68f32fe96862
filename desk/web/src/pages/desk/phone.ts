/** The telephone in the page, where there is one: answered and refused by keys as well. */

import { shallowRef } from 'vue'

interface Telephone {
  answer: () => Promise<void>
  refuse: () => void
}

const modules = import.meta.glob<{ useTelephone: () => Telephone }>('../../phone/telephone.ts')
const telephone = shallowRef<Telephone | null>(null)

/** Loaded beside the page: the telephone stands in the bar of every page, and this only lends it keys. */
export function usePhone() {
  const load = Object.values(modules)[0]
  if (telephone.value === null && load !== undefined)
    void load().then((found) => (telephone.value = found.useTelephone()))
  return telephone
}
