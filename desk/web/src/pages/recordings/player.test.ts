import { describe, expect, it } from 'vitest'

import { deedOf } from './player'

function press(code: string, on = 'main', more: KeyboardEventInit = {}): string | null {
  const target = document.createElement(on)
  document.body.append(target)
  let deed: string | null = null
  const heard = (event: KeyboardEvent) => (deed = deedOf(event))
  window.addEventListener('keydown', heard)
  target.dispatchEvent(new KeyboardEvent('keydown', { code, bubbles: true, ...more }))
  window.removeEventListener('keydown', heard)
  target.remove()
  return deed
}

describe('the keys of a sound', () => {
  it('are space, the arrows, and the ends', () => {
    expect(['Space', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'KeyK'].map((code) => press(code))).toEqual([
      'toggle',
      'back',
      'on',
      'start',
      'end',
      null,
    ])
  })

  it('are not taken from whoever writes; with Alt they work there too', () => {
    expect([press('Space', 'textarea'), press('ArrowLeft', 'input'), press('Space', 'button')]).toEqual([
      null,
      null,
      null,
    ])
    expect(press('ArrowLeft', 'button')).toBe('back')
    const alt = { altKey: true }
    expect(['KeyK', 'KeyJ', 'KeyL', 'ArrowUp', 'ArrowDown'].map((code) => press(code, 'textarea', alt))).toEqual([
      'toggle',
      'back',
      'on',
      'faster',
      'slower',
    ])
  })

  it('are left alone with Ctrl and Shift', () => {
    expect([press('Space', 'main', { ctrlKey: true }), press('ArrowLeft', 'main', { shiftKey: true })]).toEqual([
      null,
      null,
    ])
  })
})
