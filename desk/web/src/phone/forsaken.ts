/** A talk that is over while this page still shows it: the switch's good-bye was lost with the network. Pure. */

import type { FloorAgent } from '@/api/floor'
import { WINDOW, type Sample } from './quality'

/** What an agent does who has no talk; `offline` is also told while an engine begins. */
const FREE: readonly string[] = ['ready', 'wrap_up', 'break']
const SLACK = 1500

/** Whether nothing was heard for a while, and the floor has the agent in no talk. Either alone would prove nothing. */
export function isForsaken(samples: readonly Sample[], own: FloorAgent | undefined): boolean {
  const [first, last] = [samples[0], samples.at(-1)]
  if (own === undefined || first === undefined || last === undefined) return false
  const silent = last.received === first.received && last.at - first.at >= WINDOW - SLACK
  return silent && FREE.includes(own.presence) && own.reason !== 'other_call' && own.attending === null
}
