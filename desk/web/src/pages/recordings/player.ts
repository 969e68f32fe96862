/** A sound that is played: where it is, how fast, and the keys that steer it. */

import { onScopeDispose, ref, useTemplateRef, watch, type Ref } from 'vue'

export const SPEEDS = [1, 1.25, 1.5, 2] as const
/** Seconds of an arrow key. */
export const STEP = 5

/** The part that plays has an `audio` element with `ref="sound"`. */
export function usePlayer(source: Ref<string | null>) {
  const audio = useTemplateRef<HTMLAudioElement>('sound')
  const at = ref(0)
  const playing = ref(false)
  const speed = ref<number>(1)
  const failed = ref(false)
  let frame = 0

  function look(): void {
    if (audio.value !== null) at.value = audio.value.currentTime
    if (playing.value) frame = requestAnimationFrame(look)
  }

  watch(playing, (runs) => {
    cancelAnimationFrame(frame)
    if (runs) look()
  })
  watch(source, () => {
    at.value = 0
    playing.value = failed.value = false
  })
  watch([speed, audio], () => {
    if (audio.value !== null) audio.value.playbackRate = speed.value
  })
  onScopeDispose(() => cancelAnimationFrame(frame))

  async function toggle(): Promise<void> {
    if (audio.value === null) return
    if (!audio.value.paused) audio.value.pause()
    else await audio.value.play().catch(() => undefined) // the element tells of its errors itself
  }

  function seek(second: number): void {
    if (audio.value === null) return
    const end = Number.isFinite(audio.value.duration) ? audio.value.duration : second
    audio.value.currentTime = at.value = Math.min(Math.max(0, second), end)
  }

  function faster(by: 1 | -1): void {
    const place = SPEEDS.indexOf(speed.value as (typeof SPEEDS)[number]) + by
    speed.value = SPEEDS[Math.min(Math.max(0, place), SPEEDS.length - 1)] ?? 1
  }

  /** What the element tells of itself. */
  const told = {
    play: () => (playing.value = true),
    pause: () => (playing.value = false),
    ended: () => (playing.value = false),
    timeupdate: look,
    loadedmetadata: () => {
      if (audio.value !== null) audio.value.playbackRate = speed.value
    },
    error: () => (failed.value = source.value !== null),
  }
  return { at, playing, speed, failed, toggle, seek, faster, told }
}

export type Deed = 'toggle' | 'back' | 'on' | 'start' | 'end' | 'faster' | 'slower'

const PLAIN: Record<string, Deed> = {
  Space: 'toggle',
  ArrowLeft: 'back',
  ArrowRight: 'on',
  Home: 'start',
  End: 'end',
}
/** With Alt they work while one writes, too. */
const WITH_ALT: Record<string, Deed> = {
  KeyK: 'toggle',
  KeyJ: 'back',
  KeyL: 'on',
  ArrowUp: 'faster',
  ArrowDown: 'slower',
}

/** Elements that take these keys for themselves. */
const TAKES_ALL = 'input, textarea, select, [contenteditable], [role=radio], [role=combobox], [role=option], dialog'
const TAKES_SPACE = `${TAKES_ALL}, button, a, summary`

/** What a press of keys means for the sound; null for nothing. */
export function deedOf(event: KeyboardEvent): Deed | null {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return null
  if (event.altKey) return WITH_ALT[event.code] ?? null
  const taken = event.code === 'Space' ? TAKES_SPACE : TAKES_ALL
  if (event.target instanceof Element && event.target.closest(taken) !== null) return null
  return PLAIN[event.code] ?? null
}

/** Listens to the keys of the whole page as long as the part is there. */
export function useKeys(does: (deed: Deed) => void): void {
  function pressed(event: KeyboardEvent): void {
    const deed = deedOf(event)
    if (deed === null) return
    event.preventDefault()
    does(deed)
  }
  window.addEventListener('keydown', pressed)
  onScopeDispose(() => window.removeEventListener('keydown', pressed))
}
