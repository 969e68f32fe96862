/** What counts on by itself between two words of the server. */

import { serverNow } from '@/api/http'
import { onScopeDispose, readonly, ref } from 'vue'

const now = ref(serverNow())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

/** The server's clock in milliseconds, each second anew. */
export function useTicking() {
  if (users++ === 0) timer = setInterval(() => (now.value = serverNow()), 1000)
  onScopeDispose(() => {
    if (--users === 0) clearInterval(timer)
  })
  return readonly(now)
}
