/** The floor as it changes, by one socket for all pages of this tab. */

import { readonly, ref, shallowRef } from 'vue'

import { signedOut } from './http'
import type { Floor } from './floor'
import { merged, type News } from './merging'

const SIGNED_OUT = 4401
const PATIENCE = [500, 1000, 2000, 4000, 8000]
/** Milliseconds without a word after which what is shown counts as old: the server tells at least every five seconds. */
const STALE = 8000

const floor = shallowRef<Floor | null>(null)
const connected = ref(false)
const heard = ref(0)
let socket: WebSocket | null = null
let users = 0
let tries = 0
let again: ReturnType<typeof setTimeout> | undefined
let watch: ReturnType<typeof setInterval> | undefined

function connect(): void {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const opened = new WebSocket(`${scheme}://${location.host}/api/v1/live`)
  socket = opened
  let first = true
  opened.onopen = tellSeen
  opened.onmessage = (message: MessageEvent<string>) => {
    if (opened !== socket) return
    tries = 0
    heard.value = Date.now()
    connected.value = true
    floor.value = merged(first ? null : floor.value, JSON.parse(message.data) as News)
    first = false
  }
  opened.onclose = (event) => {
    if (opened !== socket) return
    socket = null
    connected.value = false
    if (event.code === SIGNED_OUT) return signedOut()
    if (users > 0) again = setTimeout(connect, PATIENCE[Math.min(tries++, PATIENCE.length - 1)])
  }
}

/** A page that somebody can see counts as used though it asks for nothing: the server must not sign a wallboard out. */
function tellSeen(): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(document.visibilityState)
}

function look(): void {
  if (socket !== null && heard.value > 0 && Date.now() - heard.value > STALE) {
    const silent = socket
    connected.value = false
    silent.onclose?.(new CloseEvent('close'))
    silent.close()
  }
}

/** Begin to listen; the function that is given back ends it. */
export function listen(): () => void {
  if (users++ === 0) {
    connect()
    watch = setInterval(look, 1000)
    document.addEventListener('visibilitychange', tellSeen)
  }
  let over = false
  return () => {
    if (over) return
    over = true
    if (--users > 0) return
    clearTimeout(again)
    clearInterval(watch)
    document.removeEventListener('visibilitychange', tellSeen)
    const open = socket
    socket = null
    connected.value = false
    open?.close()
  }
}

/** `floor` is null until it was told; `heard` is when (milliseconds since 1970) it was told last. */
export function useLive() {
  return { floor, connected: readonly(connected), heard: readonly(heard) }
}
