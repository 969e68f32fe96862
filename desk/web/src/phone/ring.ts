/** That it rings: sound on the chosen loudspeaker, and a notification while the page is not looked at. */

import { playOn, ringer } from './devices'

let sounding: { context: AudioContext; timer: ReturnType<typeof setInterval> } | null = null
let shown: Notification | null = null

/** Two soft notes every two seconds; nothing of it is a recording. */
export async function ring(): Promise<void> {
  if (sounding !== null) return
  const context = new AudioContext()
  const once = () => {
    note(context, 659, 0)
    note(context, 784, 0.22)
  }
  sounding = { context, timer: setInterval(once, 2000) }
  await playOn(context, ringer.value)
  await context.resume().catch(() => undefined) // not before the page was touched once: the notification is left
  once()
}

function note(context: AudioContext, hertz: number, after: number): void {
  const [tone, gain, at] = [context.createOscillator(), context.createGain(), context.currentTime + after]
  tone.frequency.value = hertz
  gain.gain.setValueAtTime(0, at)
  gain.gain.linearRampToValueAtTime(0.25, at + 0.02)
  gain.gain.exponentialRampToValueAtTime(0.001, at + 0.6)
  tone.connect(gain).connect(context.destination)
  tone.start(at)
  tone.stop(at + 0.65)
}

/** Says it outside the page too, where that was allowed; a click brings the page back. */
export function announce(title: string, words: string): void {
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  shown?.close()
  shown = new Notification(title, { body: words, tag: 'hotline-ring', requireInteraction: true })
  shown.onclick = () => {
    window.focus()
    shown?.close()
  }
}

export function quiet(): void {
  if (sounding !== null) {
    clearInterval(sounding.timer)
    void sounding.context.close()
    sounding = null
  }
  shown?.close()
  shown = null
}

/** Whether notifications could still be allowed. */
export function mayAsk(): boolean {
  return 'Notification' in window && Notification.permission === 'default'
}

export async function askToAnnounce(): Promise<void> {
  if (mayAsk()) await Notification.requestPermission()
}
