/** Microphone and loudspeakers: which there are, which one was chosen, and why there is none. */

import { ref } from 'vue'

export type Trouble = 'denied' | 'missing' | 'busy' | 'insecure' | 'failed'

/** There is no microphone to speak into. */
export class NoMicrophone extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble)
    this.name = 'NoMicrophone'
  }
}

export interface Device {
  id: string
  name: string
}

const remembered = (what: string): string => {
  try {
    return localStorage.getItem(what) ?? ''
  } catch {
    return ''
  }
}

/** Chosen devices; empty: as the system has it. */
export const microphone = ref(remembered('microphone'))
export const speaker = ref(remembered('speaker'))
export const ringer = ref(remembered('ringer'))
export const microphones = ref<Device[]>([])
export const speakers = ref<Device[]>([])

export function choose(what: 'microphone' | 'speaker' | 'ringer', id: string): void {
  ;({ microphone, speaker, ringer })[what].value = id
  try {
    localStorage.setItem(what, id)
  } catch {
    // storage is forbidden: the choice lasts as long as the page
  }
}

/** Which there are now; their names are known once the microphone was allowed. */
export async function look(): Promise<void> {
  const found = (await navigator.mediaDevices?.enumerateDevices()) ?? []
  const of = (kind: MediaDeviceKind): Device[] =>
    found
      .filter((one) => one.kind === kind && one.deviceId !== '')
      .map((one) => ({ id: one.deviceId, name: one.label || one.deviceId.slice(0, 8) }))
  microphones.value = of('audioinput')
  speakers.value = of('audiooutput')
}

/** Opens the chosen microphone, or the system's while that is gone. Throws NoMicrophone. */
export async function open(): Promise<MediaStream> {
  if (!window.isSecureContext || navigator.mediaDevices === undefined) throw new NoMicrophone('insecure')
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
  if (microphone.value === '') return opened(audio)
  try {
    return await opened({ ...audio, deviceId: { exact: microphone.value } })
  } catch (error) {
    if (!(error instanceof NoMicrophone) || error.trouble !== 'missing') throw error
    return opened(audio) // the chosen one is not plugged in; it stays chosen
  }
}

async function opened(audio: MediaTrackConstraints): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio })
  } catch (error) {
    throw new NoMicrophone(troubleOf(error instanceof DOMException ? error.name : ''))
  }
}

/** Whether what is spoken into now is what was chosen; without a choice it is. */
export function isChosen(stream: MediaStream | null): boolean {
  const track = stream?.getAudioTracks()[0]
  return track !== undefined && (microphone.value === '' || track.getSettings().deviceId === microphone.value)
}

/** Tells now, and whenever it changes, whether the browser refuses the microphone. */
export async function whenRefused(tell: (refused: boolean) => void): Promise<void> {
  try {
    const status = await navigator.permissions.query({ name: 'microphone' as PermissionName })
    const look = () => tell(status.state === 'denied')
    status.addEventListener('change', look)
    look()
  } catch {
    // this browser does not say: it is known when a call is answered
  }
}

/** What a browser's word for it means. */
export function troubleOf(name: string): Trouble {
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing'
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'failed'
}

export function shut(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop()
}

/** Lets an element play on a chosen loudspeaker; browsers that cannot choose play as the system does. */
export async function playOn(element: HTMLAudioElement | AudioContext, id: string): Promise<void> {
  const able = element as { setSinkId?: (id: string) => Promise<void> }
  try {
    await able.setSinkId?.(id)
  } catch {
    await able.setSinkId?.('') // it is gone
  }
}
