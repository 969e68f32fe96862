import { beforeEach, describe, expect, it, vi } from 'vitest'

class Track extends EventTarget {
  enabled = true
  readyState = 'live'
  constructor(readonly device: string) {
    super()
  }
  getSettings = () => ({ deviceId: this.device })
  stop(): void {
    this.readyState = 'ended'
  }
  unplug(): void {
    this.readyState = 'ended'
    this.dispatchEvent(new Event('ended'))
  }
}

const streamOf = (track: Track) =>
  ({ getTracks: () => [track], getAudioTracks: () => [track] }) as unknown as MediaStream
const settled = () => new Promise((resolve) => setTimeout(resolve))

/** A computer with these microphones, and a talk: what is sent in it. */
async function talk(plugged: string[]) {
  const devices = Object.assign(new EventTarget(), {
    getUserMedia: async ({ audio }: { audio: { deviceId?: { exact: string } } }) => {
      const wanted = audio.deviceId?.exact
      const found = wanted === undefined ? plugged[0] : plugged.find((one) => one === wanted)
      if (found === undefined) {
        throw new DOMException('', wanted === undefined ? 'NotFoundError' : 'OverconstrainedError')
      }
      return streamOf(new Track(found))
    },
  })
  vi.stubGlobal('navigator', { mediaDevices: devices })
  vi.stubGlobal('isSecureContext', true)
  vi.resetModules()
  const { choose } = await import('./devices')
  const speaking = await import('./speaking')
  const first = new Track('headset')
  const sent = { track: first }
  const replaceTrack = async (track: unknown) => void (sent.track = track as Track)
  const connection = { getSenders: () => [{ replaceTrack }] } as unknown as RTCPeerConnection
  speaking.speak(streamOf(first), () => connection)
  const change = async (now: string[]) => {
    plugged.splice(0, plugged.length, ...now)
    devices.dispatchEvent(new Event('devicechange'))
    await settled()
  }
  return { first, sent, change, choose, ...speaking, ...speaking.useSpeaking() }
}

describe('the microphone of a talk', () => {
  beforeEach(() => localStorage.clear())

  it('is said to be lost until one is plugged in, which takes its place and stays muted', async () => {
    const { first, sent, change, mute, lost, muted } = await talk([])
    mute(true)
    first.unplug()
    await settled()
    expect(lost.value).toBe(true)
    await change(['headset'])
    expect(lost.value).toBe(false)
    expect(sent.track).not.toBe(first)
    expect([sent.track.enabled, muted.value]).toEqual([false, true])
  })

  it('gives way to another, and comes back when the chosen one does', async () => {
    const { first, sent, change, choose, lost } = await talk(['headset'])
    choose('microphone', 'headset')
    await settled()
    await change(['builtin'])
    first.unplug()
    await settled()
    expect([sent.track.device, lost.value]).toEqual(['builtin', false])
    await change(['builtin', 'headset'])
    expect(sent.track.device).toBe('headset')
    expect(localStorage.getItem('microphone')).toBe('headset')
  })

  it('is let go with the talk, and nothing opens it again', async () => {
    const { first, sent, change, fallSilent, lost } = await talk(['headset'])
    fallSilent()
    expect(first.readyState).toBe('ended')
    await change(['headset', 'builtin'])
    expect([sent.track, lost.value]).toEqual([first, false])
  })
})
