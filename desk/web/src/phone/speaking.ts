/** What is spoken into the talk of this page: one microphone, muted or not, and another one where it is lost. */

import { readonly, ref, watch } from 'vue'

import { isChosen, microphone as chosen, open, shut } from './devices'

const muted = ref(false)
const lost = ref(false)
let stream: MediaStream | null = null
let way: () => RTCPeerConnection | null = () => null

navigator.mediaDevices?.addEventListener('devicechange', () => void look())
watch(chosen, () => void look())

/** From now on into the talk of this connection. */
export function speak(into: MediaStream, connection: () => RTCPeerConnection | null): void {
  way = connection
  muted.value = lost.value = false
  take(into)
}

/** The talk is over. */
export function fallSilent(): void {
  shut(stream)
  stream = null
  way = () => null
  muted.value = lost.value = false
}

export function mute(on: boolean): void {
  for (const track of stream?.getAudioTracks() ?? []) track.enabled = !on
  muted.value = on
}

function take(next: MediaStream): void {
  shut(stream)
  stream = next
  for (const track of next.getAudioTracks()) {
    track.enabled = !muted.value
    track.addEventListener('ended', () => {
      if (stream !== next) return
      lost.value = true
      void again()
    })
  }
}

/** A device came or went, or another was chosen: who speaks into none, or not into the chosen one, gets it. */
async function look(): Promise<void> {
  if (stream !== null && (lost.value || !isChosen(stream))) await again()
}

async function again(): Promise<void> {
  const before = stream
  const sender = way()?.getSenders()[0]
  if (before === null || sender === undefined) return
  try {
    const next = await open()
    if (stream !== before) return shut(next) // the talk is over, or another came first
    take(next)
    await sender.replaceTrack(next.getAudioTracks()[0] ?? null)
    lost.value = false
  } catch {
    lost.value = before.getAudioTracks().every((track) => track.readyState === 'ended') // tried again with the next device
  }
}

/** `lost`: the microphone is gone in the midst of the talk, and there is no other. */
export function useSpeaking() {
  return { muted: readonly(muted), lost: readonly(lost) }
}
