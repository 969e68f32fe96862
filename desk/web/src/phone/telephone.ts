/** The telephone of this page: one for all its parts. `useTelephone()` tells how it is, and does what an agent does. */

import { computed, readonly, ref, shallowRef } from 'vue'

import { post, Refused, signedOut } from '@/api/http'
import { useLive } from '@/api/live'
import { useSession } from '@/session'
import { NoMicrophone, open as openMicrophone, playOn, shut, speaker, whenRefused, type Trouble } from './devices'
import { isForsaken } from './forsaken'
import type { Account, Line, Session } from './line'
import { judged, kept, sampled, type Quality, type Sample } from './quality'
import { quiet, ring } from './ring'
import { fallSilent, mute as muteMicrophone, speak, useSpeaking } from './speaking'
import { recall, remember, tab } from './tab'

/** `elsewhere`: another tab or computer has it; `none`: this seat has no telephone in the browser. */
export type State = 'off' | 'none' | 'elsewhere' | 'connecting' | 'registered' | 'ringing' | 'talking'

const SIGNED_OUT = 4401
const NOT_YOURS = 4403
const ELSEWHERE = 4409
const PATIENCE = [1000, 2000, 4000, 8000]
/** Milliseconds for which a ring that the page itself asked for is awaited. */
const EXPECTED = 10_000

const state = ref<State>('off')
const leg = ref('')
const since = ref(0)
const connected = ref(false)
const online = ref(navigator.onLine)
const trouble = ref<Trouble | null>(null)
const refused = ref(false)
const quality = shallowRef<Quality | null>(null)
const answering = ref(false)

let line: Line | null = null
let session: Session | null = null
let loudspeaker: HTMLAudioElement | null = null
let samples: Sample[] = []
let watch: ReturnType<typeof setInterval> | undefined
let again: ReturnType<typeof setTimeout> | undefined
let tries = 0
let wanted = false
let expected = 0
let watching: Promise<void> | null = null
/** No sound comes through any more, and none will by itself. */
let broken = false
const ringers = new Set<() => void>()

window.addEventListener('online', () => (online.value = true))
window.addEventListener('offline', () => (online.value = false))

const { me } = useSession()
const { floor, connected: told } = useLive()
const { muted, lost: deaf } = useSpeaking()

// ── registering ──────────────────────────────────────────────────────────

/** Begin to be there. `take`: though another tab has it. */
async function start(take = false): Promise<void> {
  if (me.value?.agent === null || me.value?.permissions.includes('desk.command') !== true) return
  if (line !== null || (wanted && !take)) return
  wanted = true
  watching ??= whenRefused((now) => (refused.value = now))
  clearTimeout(again)
  state.value = 'connecting'
  try {
    const name = await tab()
    const [account, { open }] = await Promise.all([credentials(name, take), import('./line')])
    if (!wanted || line !== null) return
    line = open(account, `/api/v1/phone?tab=${encodeURIComponent(name)}`, {
      connected: () => {
        connected.value = true
      },
      registered: () => {
        tries = 0
        connected.value = true
        if (state.value === 'connecting') state.value = 'registered'
        if (broken || (session === null && inTalk())) void comeBack()
      },
      refused: () => void renew(name),
      lost,
      ringing,
    })
  } catch (error) {
    failed(error)
  }
}

function credentials(name: string, take: boolean): Promise<Account> {
  return post<Account>('/phone/credentials', take ? { tab: name, take } : { tab: name })
}

function failed(error: unknown): void {
  const code = error instanceof Refused ? error.code : ''
  wanted = false
  if (code === 'elsewhere') state.value = 'elsewhere'
  else if (code === 'no_seat' || code === 'no_browser') state.value = 'none'
  else again = setTimeout(() => void start(), PATIENCE[Math.min(tries++, PATIENCE.length - 1)])
}

/** Whether this tab was in a talk before it was loaded anew. */
function inTalk(): boolean {
  return recall() !== ''
}

/** The engine is asked to ring here for the talk that waits; it answers by itself. Where none waits any more, all is said. */
async function comeBack(): Promise<void> {
  broken = false
  if (session === null) remember('')
  await post('/desk/return').catch(() => undefined)
}

/** The switch forgot the secret: it was started anew. */
async function renew(name: string): Promise<void> {
  try {
    const account = await credentials(name, false)
    line?.renew(account)
  } catch (error) {
    stop()
    failed(error)
  }
}

function lost(code: number): void {
  connected.value = false
  if (code === SIGNED_OUT) return signedOut()
  if (code === ELSEWHERE || code === NOT_YOURS) {
    stop()
    state.value = code === ELSEWHERE ? 'elsewhere' : 'off'
  } else if (state.value === 'registered') state.value = 'connecting'
}

/** Leave: nobody is rung here any more. */
function stop(): void {
  wanted = false
  clearTimeout(again)
  over(session)
  line?.close()
  line = null
  connected.value = false
  state.value = 'off'
}

// ── a call ───────────────────────────────────────────────────────────────

function ringing(next: Session, name: string, auto: boolean): void {
  const back = auto || comesBack() || Date.now() < expected
  if (session !== null && !back) return next.end()
  const old = session
  session = next
  if (old !== null) {
    old.onended = old.onbroken = () => undefined
    old.connection()?.close() // no good-bye: that would end the talk, and the engine lets the old leg go itself
    hush()
  }
  leg.value = name
  next.onended = () => over(next)
  next.onanswered = () => {
    state.value = 'talking'
    remember(name)
    since.value = Date.now()
    tries = 0
    watch ??= setInterval(() => void measure(), 1000)
  }
  next.onsound = (stream) => void play(stream)
  next.onbroken = () => {
    broken = true
    if (connected.value) void comeBack()
  }
  state.value = 'ringing'
  expected = 0
  if (back) void answer()
  else {
    void ring()
    for (const tell of ringers) tell()
  }
}

/** Whether the engine brings the caller of a lost connection back to this page. */
function comesBack(): boolean {
  return floor.value?.talks.some((talk) => talk.agent === me.value?.agent && talk.state === 'away') ?? false
}

/** Answer what rings. Without a microphone it rings on, and `trouble` says why. */
async function answer(): Promise<void> {
  const call = session
  if (call === null || state.value !== 'ringing' || answering.value) return
  answering.value = true
  trouble.value = null
  try {
    const stream = await openMicrophone()
    if (session !== call) return shut(stream)
    speak(stream, () => call.connection())
    call.answer(stream)
    quiet()
  } catch (error) {
    trouble.value = error instanceof NoMicrophone ? error.trouble : 'failed'
  } finally {
    answering.value = false
  }
}

function end(): void {
  const call = session
  if (call === null) return
  call.end()
  over(call)
}

function over(call: Session | null): void {
  if (call === null || call !== session) return
  session = null
  broken = false
  remember('')
  hush()
  fallSilent()
  trouble.value = null
  leg.value = ''
  state.value = connected.value ? 'registered' : 'connecting'
}

function hush(): void {
  quiet()
  clearInterval(watch)
  watch = undefined
  samples = []
  quality.value = null
  if (loudspeaker !== null) loudspeaker.srcObject = null
}

function mute(on = !muted.value): void {
  if (state.value !== 'talking') return
  muteMicrophone(on)
}

function digit(key: string): void {
  if (state.value === 'talking') session?.digit(key)
}

async function play(stream: MediaStream): Promise<void> {
  loudspeaker ??= new Audio()
  loudspeaker.autoplay = true
  loudspeaker.srcObject = stream
  await playOn(loudspeaker, speaker.value)
  await loudspeaker.play().catch(() => undefined) // a newer stream took its place
}

async function measure(): Promise<void> {
  const report = await session?.connection()?.getStats()
  if (report === undefined || state.value !== 'talking') return
  samples = kept(samples, sampled(report.values(), Date.now()))
  quality.value = judged(samples)
  const own = floor.value?.agents.find((one) => one.id === me.value?.agent)
  if (connected.value && told.value && isForsaken(samples, own)) end()
}

/** What a button of this page asked the engine to ring is answered by itself, such as a leader's ear. */
function expect(): void {
  expected = Date.now() + EXPECTED
}

/** Called when it rings for the agent to decide; the function that is given back ends it. */
function onRing(tell: () => void): () => void {
  ringers.add(tell)
  return () => ringers.delete(tell)
}

const lostNetwork = computed(
  () =>
    !online.value || (!connected.value && line !== null && ['connecting', 'talking', 'ringing'].includes(state.value)),
)

export function useTelephone() {
  return {
    state: readonly(state),
    /** Name of the leg that rings or talks here. */
    leg: readonly(leg),
    muted,
    /** When the talk began at this page, milliseconds since 1970. */
    since: readonly(since),
    /** Why there is no microphone. */
    trouble: readonly(trouble),
    /** The browser would refuse it. */
    refused: readonly(refused),
    /** It is gone in the midst of the talk. */
    deaf,
    quality,
    answering: readonly(answering),
    /** The connection to the switch is gone for the moment. */
    lostNetwork,
    start,
    stop,
    /** Take it over from another tab or computer. */
    take: () => start(true),
    answer,
    refuse: end,
    hangUp: end,
    mute,
    digit,
    expect,
    onRing,
  }
}
