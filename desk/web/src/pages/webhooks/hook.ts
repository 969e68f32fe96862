/** Webhooks as the API tells them: docs/api.md. */

export interface Hook {
  name: string
  url: string
  events: string[]
  made: string
  failing: string | null
  paused: string | null
  /** Why it is failing, or paused by itself; nothing where somebody paused it. */
  why: string | null
  waiting: number
}

export interface Delivery {
  id: string
  event: string
  state: 'waiting' | 'delivered' | 'given_up'
  made: string
  tries: number
  next_try: string | null
  delivered: string | null
  error: string | null
  body: object
}

export const STATES = ['waiting', 'delivered', 'given_up'] as const

export type Standing = 'well' | 'failing' | 'paused' | 'stopped'

/** `stopped`: paused by itself, after days of failing. */
export function standing(hook: Hook): Standing {
  if (hook.paused !== null) return hook.why === null ? 'paused' : 'stopped'
  return hook.failing === null ? 'well' : 'failing'
}
