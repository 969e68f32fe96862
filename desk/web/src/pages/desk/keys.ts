/** The keys of the agent's page: one table, shown by `?`. All but `?` go with Alt, so that they do not stand in a text. */

import { onScopeDispose } from 'vue'

/** Name of a deed → the key on the keyboard (`KeyboardEvent.code`) that does it together with Alt. */
export const KEYS = {
  answer: 'KeyA',
  refuse: 'KeyZ',
  ready: 'KeyR',
  break: 'KeyB',
  extend: 'KeyW',
  hold: 'KeyH',
  transfer: 'KeyT',
  complete: 'KeyC',
  cancel: 'KeyX',
  merge: 'KeyM',
  leave: 'KeyL',
  recording: 'KeyP',
  risk: 'KeyG',
  hangup: 'KeyQ',
  record: 'KeyJ',
  category: 'KeyK',
  order: 'KeyO',
  knowledge: 'KeyI',
  next: 'KeyN',
} as const
export type Deed = keyof typeof KEYS | 'help'

const DEEDS = new Map<string, Deed>(Object.entries(KEYS).map(([deed, code]) => [code, deed as Deed]))

/** As it is shown: `Alt A`. */
export function keyOf(deed: Deed): string {
  return deed === 'help' ? '?' : `Alt ${KEYS[deed].slice(3)}`
}

/** As assistive technology is told: `Alt+A`. */
export function shortcut(deed: Deed): string {
  return deed === 'help' ? '?' : `Alt+${KEYS[deed].slice(3)}`
}

function isText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !['radio', 'checkbox', 'button'].includes(target.type)) ||
    (target instanceof HTMLElement && target.isContentEditable)
  )
}

/** Which deed a press of keys means; null for none. */
export function deedOf(event: KeyboardEvent): Deed | null {
  if (event.repeat || event.ctrlKey || event.metaKey) return null
  if (event.key === '?' && !isText(event.target)) return 'help'
  if (event.altKey && !event.shiftKey) return DEEDS.get(event.code) ?? null
  return null
}

export function useKeys(does: (deed: Deed) => void): void {
  function pressed(event: KeyboardEvent): void {
    const deed = deedOf(event)
    if (deed === null) return
    event.preventDefault()
    if (document.querySelector('dialog[open]') === null || deed === 'hangup' || deed === 'answer') does(deed)
  }
  window.addEventListener('keydown', pressed)
  onScopeDispose(() => window.removeEventListener('keydown', pressed))
}
