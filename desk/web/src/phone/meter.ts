/** How loud a microphone is, and how one sounds oneself. */

import { onScopeDispose, readonly, ref } from 'vue'

import { playOn, speaker } from './devices'

/** A share of full scale below which nobody would hear anything. */
const HARDLY = 0.005

export function useMeter() {
  const level = ref(0)
  let context: AudioContext | null = null
  let node: AnalyserNode | null = null
  let frame = 0

  function follow(stream: MediaStream): void {
    end()
    context = new AudioContext()
    node = context.createAnalyser()
    node.fftSize = 1024
    context.createMediaStreamSource(stream).connect(node)
    void context.resume()
    const samples = new Float32Array(node.fftSize)
    const look = () => {
      node?.getFloatTimeDomainData(samples)
      level.value = loudness(samples)
      frame = requestAnimationFrame(look)
    }
    look()
  }

  function end(): void {
    cancelAnimationFrame(frame)
    void context?.close()
    context = node = null
    level.value = 0
  }

  onScopeDispose(end)
  return { level: readonly(level), follow, end }
}

/** Root of the mean square: 0 to 1. */
export function loudness(samples: Float32Array): number {
  let sum = 0
  for (const one of samples) sum += one * one
  return Math.sqrt(sum / Math.max(1, samples.length))
}

/** Records so many seconds, plays them, and says whether anything was to be heard. */
export async function echo(stream: MediaStream, seconds: number, began: () => void): Promise<boolean> {
  const recorder = new MediaRecorder(stream)
  const parts: Blob[] = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  const ended = new Promise((resolve) => (recorder.onstop = resolve))
  recorder.start()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  recorder.stop()
  await ended
  const context = new AudioContext()
  try {
    const sound = await context.decodeAudioData(await new Blob(parts).arrayBuffer())
    if (loudness(sound.getChannelData(0)) < HARDLY) return false
    await playOn(context, speaker.value)
    const source = context.createBufferSource()
    source.buffer = sound
    source.connect(context.destination)
    const played = new Promise((resolve) => (source.onended = resolve))
    began()
    source.start()
    await played
    return true
  } finally {
    void context.close()
  }
}
