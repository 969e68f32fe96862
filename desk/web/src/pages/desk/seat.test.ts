import { describe, expect, it, vi } from 'vitest'

import type { FloorAgent } from '@/api/floor'
import { mixed, flat } from './categories'
import { deedOf, KEYS } from './keys'
import { fitting } from './seat'

vi.mock('@/parts/told', () => ({ complain: vi.fn() })) // it brings styles along

const agent = (more: Partial<FloorAgent>) => ({ presence: 'ready', wish: null, talk: null, ...more }) as FloorAgent

describe('what fits a seat', () => {
  it('follows what the agent does', () => {
    expect(fitting(null)).toEqual([])
    expect(fitting(agent({ presence: 'offline' }))).toEqual([])
    expect(fitting(agent({ presence: 'ready' }))).toEqual(['break'])
    expect(fitting(agent({ presence: 'wrap_up' }))).toEqual(['ready', 'break', 'extend'])
    expect(fitting(agent({ presence: 'offered', wish: 'lunch' }))).toContain('ready')
  })

  it('follows the talk', () => {
    const talking = (talk: FloorAgent['talk']) => fitting(agent({ presence: 'talking', talk }))
    expect(talking('talking')).toEqual(expect.arrayContaining(['hold', 'transfer', 'flag', 'hangup', 'break']))
    expect(talking('talking')).not.toContain('merge')
    expect(talking('held')).toEqual(expect.arrayContaining(['resume', 'transfer']))
    expect(talking('held')).not.toContain('hold')
    expect(talking('consulting')).toEqual(expect.arrayContaining(['complete', 'cancel', 'merge']))
    expect(talking('together')).toEqual(expect.arrayContaining(['leave', 'complete']))
    expect(talking('passing')).toEqual(['break'])
    const fixed = (more: Partial<FloorAgent>) => fitting(agent({ presence: 'talking', ...more }), true)
    expect(fixed({ talk: 'talking' })).toEqual(['flag', 'break'])
    expect(fixed({ talk: 'talking', wish: 'lunch' })).toEqual(['flag', 'ready', 'break'])
  })
})

describe('keys', () => {
  const press = (init: KeyboardEventInit, on: HTMLElement = document.body) => {
    const event = new KeyboardEvent('keydown', init)
    Object.defineProperty(event, 'target', { value: on })
    return deedOf(event)
  }

  it('mean a deed with Alt alone, and once however long they are held', () => {
    expect(press({ code: 'KeyH', altKey: true })).toBe('hold')
    expect(press({ code: 'KeyH', altKey: true, repeat: true })).toBeNull()
    expect(press({ code: 'KeyH', altKey: true, ctrlKey: true })).toBeNull() // AltGr, as some keyboards tell it
    expect(press({ code: 'KeyH' })).toBeNull()
  })

  it('leave a question mark in a text alone', () => {
    expect(press({ key: '?', code: 'Slash' })).toBe('help')
    expect(press({ key: '?', code: 'Slash' }, document.createElement('textarea'))).toBeNull()
    expect(new Set(Object.values(KEYS)).size).toBe(Object.keys(KEYS).length)
  })
})

describe('categories', () => {
  it('are flat, each with what stands above it', () => {
    const leaf = {
      code: 'Z01',
      name: '接种单位',
      path: '咨询/接种单位',
      pinyin: '',
      initials: '',
      kinds: [],
      parts: [],
    }
    const root = { ...leaf, code: 'Z', name: '咨询', path: '咨询', parts: [leaf] }
    expect(flat([root]).map((one) => [one.id, one.also])).toEqual([
      ['Z', []],
      ['Z01', ['咨询']],
    ])
  })

  it('of my own come first, three of them, and none twice', () => {
    expect(mixed(['a', 'b', 'c', 'd'], ['b', 'e', 'd'])).toEqual(['a', 'b', 'c', 'e', 'd'])
  })
})
