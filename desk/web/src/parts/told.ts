/** What people are told when something was refused or did not work. */

import { ElMessage } from 'element-plus'

import { wordsOf } from './refusals'

export { wordsOf }

/** Shows it for a while, and to screen readers. */
export function complain(error: unknown): void {
  void wordsOf(error).then((message) =>
    ElMessage({ message, type: 'error', duration: 8000, showClose: true, grouping: true }),
  )
}

/** Does something, and tells when it fails; whether it went well. */
export async function tried(what: () => Promise<unknown>): Promise<boolean> {
  try {
    await what()
    return true
  } catch (error) {
    complain(error)
    return false
  }
}
