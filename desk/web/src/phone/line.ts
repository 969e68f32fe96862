/** SIP through the door. Loaded when there is a telephone to register: JsSIP is large. */

import * as JsSIP from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { IncomingRTCSessionEvent, RTCSessionEvent, UAConfiguration } from 'jssip/lib/UA'

import { Door } from './door'

export interface Account {
  phone: string
  secret: string
  realm: string
}

/** What the line tells. */
export interface Hears {
  connected(): void
  registered(): void
  /** The secret is worth nothing (any more): the switch was started anew. */
  refused(): void
  lost(code: number): void
  /** `leg` is the name of the ringing leg; `auto`: the engine asks that it be answered at once. */
  ringing(session: Session, leg: string, auto: boolean): void
}

/** One call at this phone. */
export interface Session {
  answer(stream: MediaStream): void
  end(): void
  digit(key: string): void
  connection(): RTCPeerConnection | null
  /** Called once each; set them when the session is told of. */
  onsound: (stream: MediaStream) => void
  onanswered: () => void
  onended: () => void
  /** No sound comes through any more; the call stands. */
  onbroken: () => void
}

export interface Line {
  /** Begin a call; only the trial's caller may. */
  dial(number: string, stream: MediaStream): Session
  renew(account: Account): void
  close(): void
}

/** Milliseconds for which candidates are gathered: on the networks of a hotline the first is the one. */
const GATHER = 300
const CONNECTION: RTCConfiguration = { iceServers: [], bundlePolicy: 'max-bundle' }

/** `path` is the address of the engine's WebSocket, from its first slash. */
export function open(account: Account, path: string, hears: Hears): Line {
  JsSIP.debug.disable()
  const secure = location.protocol === 'https:'
  const door = new Door(`${secure ? 'wss' : 'ws'}://${location.host}${path}`, `sip:${location.host};transport=ws`)
  const ua = new JsSIP.UA({
    sockets: door as unknown as UAConfiguration['sockets'],
    uri: `sip:${account.phone}@hotline.invalid`,
    contact_uri: `sip:${account.phone}@browser.invalid;transport=ws`,
    password: account.secret,
    realm: account.realm,
    register_expires: 120,
    session_timers: false,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 5,
    user_agent: 'hotline',
  })
  ua.on('connected', () => hears.connected())
  ua.on('registered', () => hears.registered())
  ua.on('registrationFailed', ({ response }) => {
    if (response !== undefined && response !== null) hears.refused()
  })
  ua.on('disconnected', ({ code }) => hears.lost(code ?? 0))
  ua.on('newRTCSession', (event: RTCSessionEvent) => {
    if (event.originator === 'remote') ringing(event as IncomingRTCSessionEvent, hears)
  })
  ua.start()
  return {
    dial(number, stream) {
      const options = { mediaStream: stream, pcConfig: CONNECTION }
      return followed(ua.call(`sip:${number}@hotline.invalid`, options) as RTCSession)
    },
    renew(next) {
      ua.set('password', next.secret)
      ua.register()
    },
    close() {
      ua.stop()
    },
  }
}

function ringing({ session, request }: IncomingRTCSessionEvent, hears: Hears): void {
  const auto = (request.getHeader('X-Hotline-Return') ?? '') !== ''
  hears.ringing(followed(session), String(request.from.uri.user ?? ''), auto)
}

function followed(session: RTCSession): Session {
  let ended = false
  const call: Session = {
    answer(stream) {
      session.answer({ mediaStream: stream, pcConfig: CONNECTION })
    },
    end: () => finish(session),
    digit: (key) => session.sendDTMF(key, { transportType: 'RFC2833' as never }),
    connection: () => (session.connection as RTCPeerConnection | undefined) ?? null,
    onsound: () => undefined,
    onanswered: () => undefined,
    onended: () => undefined,
    onbroken: () => undefined,
  }
  const over = () => {
    if (ended) return
    ended = true
    call.onended()
  }
  const listen = (peerconnection: RTCPeerConnection) => {
    peerconnection.addEventListener('track', ({ streams, track }) =>
      call.onsound(streams[0] ?? new MediaStream([track])),
    )
    // JsSIP would hang up on the caller: whether the talk is over, the engine says.
    peerconnection.addEventListener(
      'iceconnectionstatechange',
      (event) => {
        if (peerconnection.iceConnectionState !== 'failed') return
        event.stopImmediatePropagation()
        call.onbroken()
      },
      true,
    )
  }
  const connection = session.connection as RTCPeerConnection | undefined
  if (connection) listen(connection)
  else session.on('peerconnection', ({ peerconnection }) => listen(peerconnection))
  let gathering: ReturnType<typeof setTimeout> | undefined
  session.on('icecandidate', ({ ready }) => {
    gathering ??= setTimeout(ready, GATHER)
  })
  session.on('accepted', () => call.onanswered())
  session.on('ended', over)
  session.on('failed', over)
  return call
}

function finish(session: RTCSession): void {
  if (session.isEnded()) return
  if (session.isEstablished()) session.terminate()
  else session.terminate({ status_code: 486, reason_phrase: 'Busy Here' })
}
