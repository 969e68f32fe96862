"""Asterisk as the switch, over ARI: events on a WebSocket, orders over keep-alive HTTP.

Theory of operation
-------------------
The socket's reader only parses and enqueues: Asterisk drops a socket whose write takes over 100 ms, and a switch that
has to wait for us ignores SIP. One consumer (`events`) turns what lies in the queue into switch events. The queue is
bounded; should it ever be full, the link is dropped and built up again, which is seen by all, instead of losing an
event in silence.

Events of the time when the socket was down are lost, and no StasisStart comes again. So after each connection the
channels that exist are compared with those we knew: the vanished are told as `Gone`, callers whom nobody looks after
as `Arrived`. Another `startup_time` means that Asterisk itself was started anew and everything we knew is gone.

Phones are watched by device state: a subscription to the endpoints would tell each key of a call twice.

We choose the names of legs, bridges, playbacks and recordings; a repeated originate gets 409 and rings nobody twice.
So every order may be sent again, and is, when its answer did not come: one that began while the link broke waits for
the link and is sent once more, and what is there already then counts as done. Only a switch that nobody listens at any
more, and a link that does not come back, fail a call. What was on a switch that died is gone: until another is met,
every order is answered so at once, and none of a life before is sent to it.
Nothing that a caller sent reaches an endpoint, a file name or a variable name: see `_PLAIN`, `_DIGITS`.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
import structlog

from ivr.switch import (
    BEEP,
    RING_AT_MOST,
    RINGING,
    TESTER,
    TURNED_AWAY,
    Arrived,
    Census,
    ChannelGone,
    Found,
    Gone,
    HandedOver,
    KeyTyped,
    Kind,
    LegAnswered,
    LinkDown,
    LinkUp,
    Phone,
    PhoneChanged,
    Played,
    Recorded,
    Seen,
    Stranger,
    SwitchEnding,
    SwitchError,
    SwitchEvent,
    SwitchTaken,
)

log = structlog.get_logger()

APPLICATION = "hotline"
LEG = "leg"
"""The word with which a leg of ours enters Stasis; whoever comes with another is a caller."""
EAR = "ear"
"""The word with which a channel that listens in enters Stasis."""
QUEUE = 10_000
"""Events that may wait for us before the link counts as broken."""
PING_EVERY = 2.0
"""Seconds; a peer that does not answer within half of it more is given up."""
ORDER_TIMEOUT = 5.0
ORDER_PATIENCE = 15.0
"""Seconds that an order waits for a link that broke, before it fails whoever gave it."""
HANDSHAKE = 2.0
"""Seconds for what a new link begins with: a try that hangs must not outlast the fault."""
YIELDS = 0.1
"""Seconds at most that an order which ends something waits for those that ring a phone."""
CONNECTIONS = 16
ENGINE = "HOTLINE_ENGINE"
"""Variable of the whole switch: the engine that last reached for it, written before its link is asked for."""
TRIP_WEIGHT = 0.1
"""Of the newest order in the mean of how long they take."""
TRIES, TRY_EVERY = 40, 0.025
"""How often, and after how many seconds, what was just made is spoken to again: Stasis may not know it for a moment."""
SOURCES = 100
"""Phones that one order subscribes to: Asterisk refuses 128 values of a parameter."""

_HEARD = (
    "ApplicationReplaced",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelHangupRequest",
    "DeviceStateChanged",
    "PlaybackFinished",
    "RecordingFailed",
    "RecordingFinished",
    "StasisEnd",
    "StasisStart",
)
"""What `_translate` understands. Asterisk keeps the rest to itself: of 58 events a call 29 told of variables."""

_OWN_SOUNDS = {BEEP: "sound:beep", RINGING: "tone:ring"}

_AWAY = frozenset({"UNAVAILABLE", "INVALID", "UNKNOWN"})
"""Device states of a phone that cannot be rung."""

_SILENT = 1
"""`cause` of a soft ChannelHangupRequest when `rtp_timeout` ended a channel: the flag AST_SOFTHANGUP_DEV, no Q.850."""

_ENDING = 4
"""The same when Asterisk ends or begins anew, and hangs up on everybody first: AST_SOFTHANGUP_SHUTDOWN."""

_HAS_RUNG = frozenset({"Ringing", "Up"})

_FEW = 4
"""Phones that are asked for one by one; of more the whole list is taken."""

KEYS = frozenset("0123456789*#ABCD")
"""Every key that a telephone has."""
_LONGEST = 1e6
"""Seconds past which no recording can be."""

_PLAIN = re.compile(r"[a-z][a-z0-9-]{0,39}")
_DIGITS = re.compile(r"\+?[0-9]{3,20}")
_NUMBER = re.compile(r"\+?[0-9]{1,20}")
"""To be matched whole: `$` would let a line's end through."""
_LEG_NAME = re.compile(r"^[a-z][a-z0-9]{0,15}-[0-9a-z]{6,12}(~[0-9a-z]+)?-([a-z]*[0-9]+[a-z]?)(-ear[0-9]*)?$")
"""A leg's name: node, call (`~N` for one that is made within it, such as a consultation), then the offer (with a letter
where the agent has several phones), `xN` for an outside number or `vN` for a shift leader, whose ear ends in `-ear`.
An engine that adopted the call puts letters of its own before the number: `ivr.adoption.names.mark_of`.
"""
_OWN_BRIDGE = re.compile(r"-(talk|aside|listen)$")
_EAR_NAME = re.compile(r"-ear[0-9]*$")
_CHANNEL = re.compile(r"^PJSIP/(.+)-[0-9a-f]{8}$")
_WAV_HEADER, _WAV_RATE = 44, 16_000
"""Bytes before the sound of a recording, and bytes of each second of it: 8 kHz, 16 bits."""
RETURNS = "PJSIP_HEADER(add,X-Hotline-Return)"
"""With the call's id as its value: a page that is rung with this header answers by itself."""


class _ThereAlready(SwitchError):
    """Something of this name exists."""


class _NotSent(SwitchError):
    """No answer came: the switch may have carried it out, or not. `refused`: nobody listens there."""

    def __init__(self, words: str, *, refused: bool) -> None:
        super().__init__(words)
        self.refused = refused


CODECS = "alaw,ulaw"
"""Of a leg that is rung before anybody's channel exists."""


class AriSwitch:
    """One Asterisk. `async with` it; read `events()` from one task."""

    def __init__(
        self, url: str, user: str, password: str, *, phones: Sequence[str] = (), caller_id: str | None = None
    ) -> None:
        """`url` like `http://127.0.0.1:8088`; `phones` are those to watch; `caller_id` is shown to outside numbers."""
        self._url, self._phones, self._caller_id = url.rstrip("/"), tuple(phones), caller_id
        self._headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
        self._http: aiohttp.ClientSession | None = None
        self._queue: asyncio.Queue[dict[str, Any] | SwitchEvent] = asyncio.Queue(QUEUE)
        self._started: str | None = None
        self._watched: set[str] = set()
        """Phones of which this connection tells."""
        self._channels: set[str] = set()
        """Callers' channels and legs that we know to be up."""
        self._talking: set[str] = set()
        self._ending = False
        """Legs that were answered."""
        self._ringing = 0
        """Phones that are just being called."""
        self._calm = asyncio.Event()
        self._calm.set()
        self._trip = 0.0
        self._link = asyncio.Event()
        """There is a link, or it is known that nobody listens there."""
        self._refused = False
        self._died = False
        """It is known to be dead, and no other was met yet."""
        self._lives = 0
        """Grows with each death: an order of a life before is not sent again."""
        self._listener: asyncio.Task[object] | None = None
        """Builds links up: its orders wait for none."""
        self._own_name = secrets.token_hex(8)
        self._left = False
        """Another engine goes on with everything."""
        self.up = False

    async def __aenter__(self) -> AriSwitch:
        self._http = self._new_session()
        return self

    def _new_session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            headers=self._headers,
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=30),
            timeout=aiohttp.ClientTimeout(total=ORDER_TIMEOUT),
            json_serialize=lambda data: orjson.dumps(data).decode(),
        )

    async def __aexit__(self, *exc: object) -> None:
        if self._http is not None:
            await self._http.close()

    @property
    def trip(self) -> float:
        """Seconds that an order takes lately, with its way to the switch and back."""
        return self._trip

    @property
    def depth(self) -> int:
        """Events that wait to be handled."""
        return self._queue.qsize()

    # ── listening ───────────────────────────────────────────────────────────

    async def listen(self) -> None:
        """Hold the socket, for ever. Run it beside the reader of `events()`. Raises SwitchTaken."""
        pause, self._listener = 0.1, asyncio.current_task()
        while not self._left:
            try:
                await self._hold()
                pause = 0.1
            except (aiohttp.ClientError, OSError, SwitchError, TimeoutError) as error:
                log.warning("no link to the switch", error=str(error) or type(error).__name__)
                self._refused = error.refused if isinstance(error, _NotSent) else _nobody_listens(error)
            if self._refused or self._died:
                self._link.set()  # nothing is to be waited for
            else:
                self._link.clear()
            if self.up:
                self.up = False
                await self._queue.put(LinkDown())
                await self._renew()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 1.0)
        await asyncio.Event().wait()

    def died(self) -> None:
        """The switch's process ended, and all that was on it: until another is met, every order is refused at once.

        Orders on their way fail as well, and none is sent to who comes next: it would meet nothing of what it is about.
        """
        self._died = True
        self._lives += 1
        self._link.set()  # nothing is to be waited for

    async def _renew(self) -> None:
        """Leave connections that may hang as the link did: orders on their way fail at once, and are sent again."""
        old, self._http = self._http, self._new_session()
        if old is not None:
            await old.close()

    async def _hold(self) -> None:
        http = self._session()
        url = f"{self._url}/ari/events?app={APPLICATION}&subscribeAll=false"
        await self._order("POST", "/asterisk/variable", variable=ENGINE, value=self._own_name)
        async with asyncio.timeout(HANDSHAKE):
            connected = await http.ws_connect(url, heartbeat=PING_EVERY, max_msg_size=1 << 20)
        async with connected as socket:
            with _of_known_shape("what the switch holds"):
                await self._meet()
            self._refused = False
            self._link.set()
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    continue
                try:
                    event = orjson.loads(message.data)
                except orjson.JSONDecodeError as error:
                    log.error("the switch told something that is no JSON", error=str(error))
                    continue
                if not isinstance(event, dict):
                    log.error("the switch told something that is no event", told=type(event).__name__)
                    continue
                try:
                    self._queue.put_nowait(event)
                except asyncio.QueueFull:
                    log.critical("the switch tells more than we can take in; dropping the link", events=QUEUE)
                    return
                if event.get("type") == "ApplicationReplaced":
                    if not self._left and await self._is_taken():
                        raise SwitchTaken("another engine took this Asterisk over; only one can serve it")
                    return

    async def _is_taken(self) -> bool:
        """Whether it was another engine: a try of our own that the network held back may arrive late as well."""
        held = await self._order("GET", "/asterisk/variable", variable=ENGINE)
        with _of_known_shape("the variable"):
            return bool(held["value"] != self._own_name)

    async def _meet(self) -> None:
        """What is there? Runs after each connection, before its events are handled."""
        info = await self._order("GET", "/asterisk/info")
        allowed = {"allowed": [{"type": kind} for kind in _HEARD]}
        await self._order("PUT", f"/applications/{APPLICATION}/eventFilter", body=allowed)
        started = str(info["status"]["startup_time"])
        restarted, self._started = self._started not in (None, started), started
        if restarted and not self._died:  # nobody told us
            self._lives += 1
        self._died = self._ending = False
        self._watched.clear()
        await self._subscribe()
        there = await self._without_strangers_that_ring()
        found = await self._strangers({name: channel for name, channel in there.items() if name not in self._channels})
        self.up = True
        await self._subscribe()  # whom `watch` named in the meantime
        await self._queue.put(LinkUp(restarted))
        for channel in sorted(self._channels - there.keys()):
            await self._queue.put(Gone(channel, None))
        await self._queue.put(found)
        for endpoint in await self._order("GET", "/endpoints/PJSIP"):
            await self._queue.put(PhoneChanged(endpoint["resource"], endpoint["state"] == "online"))
        for name in sorted(self._channels & there.keys()):
            if _kind_of(there[name]) is Kind.LEG and there[name]["state"] == "Up":
                await self._queue.put(LegAnswered(name))

    async def _without_strangers_that_ring(self) -> dict[str, dict[str, Any]]:
        """The channels that exist, once phones that an engine before us rang are quiet: they may be rung anew then."""
        for _ in range(TRIES):
            there = {channel["id"]: channel for channel in await self._order("GET", "/channels")}
            ringing = [
                name
                for name, channel in there.items()
                if name not in self._channels and _LEG_NAME.match(name) and channel["state"] != "Up"
            ]
            if not ringing:
                return there
            for name in ringing:
                await self._unless_gone("DELETE", f"/channels/{quote(name)}", reason_code="16")
            await asyncio.sleep(TRY_EVERY)
        log.warning("phones ring on that nobody rings", legs=len(ringing))
        return {name: channel for name, channel in there.items() if name not in ringing}

    async def watch(self, phones: Sequence[str]) -> None:
        """Watch these phones from now on and no others, and tell of those that are new whether they are there.

        Without a link it is done with the next one. Raises SwitchError; then it may be tried again.
        """
        self._phones = tuple(phones)
        if not self.up:
            return
        gone = self._watched.difference(phones)
        new = await self._subscribe()
        try:
            if new:
                told = await self._order("GET", "/endpoints/PJSIP")
                with _of_known_shape("the phones"):
                    there = {endpoint["resource"]: endpoint["state"] == "online" for endpoint in told}
                for phone in sorted(new & there.keys()):
                    await self._queue.put(PhoneChanged(phone, there[phone]))
        except SwitchError:
            self._watched -= new
            raise
        self._watched -= gone
        for sources in _sources(sorted(gone)):
            await self._order("DELETE", f"/applications/{APPLICATION}/subscription", eventSource=sources)

    async def let_in(self, phone: str, secret: str) -> None:
        """Let a phone register with this secret, and no longer with the one before. Raises SwitchError."""
        fields = {"auth_type": "digest", "username": _plain(phone), "password": secret}
        body = {"fields": [{"attribute": name, "value": value} for name, value in fields.items()]}
        await self._order("PUT", f"/asterisk/config/dynamic/res_pjsip/auth/{_plain(phone)}", body=body)

    async def let_out(self, phone: str) -> None:
        """Take the secret of a phone away: it is asked in vain from now on. Raises SwitchError."""
        with suppress(ChannelGone):  # it has none
            await self._order("DELETE", f"/asterisk/config/dynamic/res_pjsip/auth/{_plain(phone)}")

    async def _subscribe(self) -> set[str]:
        """Be told of each phone of which we are not told yet; which those were."""
        missing = [phone for phone in self._phones if phone not in self._watched]
        for sources in _sources(missing):
            await self._order("POST", f"/applications/{APPLICATION}/subscription", eventSource=sources)
        self._watched.update(missing)
        return set(missing)

    async def _strangers(self, strangers: dict[str, dict[str, Any]]) -> Found:
        """Channels whom an engine before us, or the time without a link, left alone."""
        ours = {
            name: Stranger(
                kind,
                channel["state"] == "Up",
                replace(self._arrived(channel), found=True) if kind is Kind.CALLER else None,
                phone if (phone := _phone_of(channel)) in self._phones else None,
            )
            for name, channel in strangers.items()
            if (kind := _kind_of(channel)) is not Kind.OTHER and _is_ours(channel)
        }
        bridges = {
            bridge["id"]: frozenset(ours.keys() & set(bridge["channels"]))
            for bridge in await self._order("GET", "/bridges")
            if not self._channels.intersection(bridge["channels"])
        }
        return Found(ours, {name: members for name, members in bridges.items() if members or _OWN_BRIDGE.search(name)})

    async def events(self) -> AsyncIterator[SwitchEvent]:
        while True:
            item = await self._queue.get()
            if isinstance(item, dict):
                try:
                    told = self._translate(item)
                except MISSHAPEN as error:
                    kind = str(item.get("type"))[:40]
                    log.error("an event of the switch has an unknown shape", kind=kind, error=repr(error)[:200])
                    continue
                if told is None:
                    continue
                item = told
            if not self._left:
                yield self._remember(item)

    def _remember(self, event: SwitchEvent) -> SwitchEvent:
        match event:
            case Arrived(channel):
                self._ending = False  # or it would take no calls
                self._channels.add(channel)
            case LegAnswered(leg):
                self._channels.add(leg)
                self._talking.add(leg)
            case Found(channels=channels):
                self._channels |= channels.keys()
                self._talking |= {name for name, one in channels.items() if one.kind is Kind.LEG}
            case Gone(channel):
                self._channels.discard(channel)
                self._talking.discard(channel)
        return event

    def _translate(self, event: dict[str, Any]) -> SwitchEvent | None:
        match event["type"]:
            case "StasisStart":
                return self._stasis_start(event)
            case "ChannelDtmfReceived":
                return KeyTyped(_text(event["channel"]["id"]), event["digit"]) if event["digit"] in KEYS else None
            case "PlaybackFinished":
                return Played(_text(event["playback"]["id"]), event["playback"].get("state") == "failed")
            case "RecordingFinished" | "RecordingFailed":
                recording = event["recording"]
                failed = event["type"] == "RecordingFailed"
                lasted, spoken = _seconds(recording.get("duration")), _seconds(recording.get("talking_duration"))
                return Recorded(_text(recording["name"]), lasted, spoken, failed)
            case "StasisEnd":
                return Gone(_text(event["channel"]["id"]), None)
            case "ChannelHangupRequest" if event.get("soft") and event.get("cause") == _SILENT:
                return Gone(_text(event["channel"]["id"]), None, lost=True)
            case "ChannelHangupRequest" if event.get("soft") and event.get("cause") == _ENDING:
                told, self._ending = self._ending, True  # it says so of each channel
                return None if told else SwitchEnding()
            case "ChannelHangupRequest" if event["channel"]["id"] in self._talking:
                return Gone(event["channel"]["id"], None)  # says so before it has left its bridge
            case "ChannelDestroyed":
                cause = event.get("cause")
                return Gone(_text(event["channel"]["id"]), cause if isinstance(cause, int) else None)
            case "DeviceStateChanged":
                device = event["device_state"]
                return PhoneChanged(_text(device["name"]).removeprefix("PJSIP/"), device["state"] not in _AWAY)
        return None

    def _stasis_start(self, event: dict[str, Any]) -> SwitchEvent | None:
        match event.get("args"):
            case [word, *_] if word == EAR:
                return None
            case [word, *_] if word == LEG:
                return LegAnswered(_text(event["channel"]["id"]))
        return self._arrived(event["channel"])

    def _arrived(self, channel: dict[str, Any]) -> Arrived:
        """A caller: what says nothing that we understand of their number is as good as a withheld one."""
        phone = _phone_of(channel)
        return Arrived(
            _text(channel["id"]),
            _number(channel.get("caller"), "number"),
            _number(channel.get("dialplan"), "exten"),
            phone if phone in self._phones else None,
            tester=phone == TESTER and TESTER not in self._phones,
        )

    # ── orders ──────────────────────────────────────────────────────────────

    async def answer(self, channel: str) -> None:
        await self._order("POST", f"/channels/{quote(channel)}/answer")

    async def play(self, channel: str, playback: str, sounds: Sequence[str]) -> None:
        media = ",".join(_OWN_SOUNDS.get(sound, f"sound:hotline/{sound}") for sound in sounds)
        there = f"/playbacks/{quote(playback)}"  # a second one of this name would be said after the first
        await self._order("POST", f"/channels/{quote(channel)}/play/{quote(playback)}", there=there, media=media)

    async def stop_playing(self, playback: str) -> None:
        await self._order("DELETE", f"/playbacks/{quote(playback)}")

    async def plays(self, playback: str) -> bool:
        try:
            await self._order("GET", f"/playbacks/{quote(playback)}")
        except ChannelGone:
            return False
        return True

    async def start_music(self, channel: str) -> None:
        await self._order("POST", f"/channels/{quote(channel)}/moh")

    async def stop_music(self, channel: str) -> None:
        await self._order("DELETE", f"/channels/{quote(channel)}/moh")

    async def record(self, channel: str, recording: str, *, limit: float, silence: float) -> None:
        await self._order(
            "POST",
            f"/channels/{quote(channel)}/record",
            name=recording,
            format="wav",
            maxDurationSeconds=str(round(limit)),
            maxSilenceSeconds=str(round(silence)),
            beep="true",
            terminateOn="#",
            ifExists="fail",
        )

    async def ring(
        self, leg: str, phone: Phone, *, caller: str, like: str, returns: str = "", at_most: float = RING_AT_MOST
    ) -> None:
        del at_most  # it is told to stop
        shape = _DIGITS if phone.trunk else _PLAIN
        if not shape.fullmatch(phone.name):
            raise SwitchError(f"not a phone: {phone.name!r}")
        endpoint = f"PJSIP/{phone.name}@trunk" if phone.trunk else f"PJSIP/{phone.name}"
        shown = (self._caller_id or caller) if phone.trunk else caller
        if phone.is_browser:
            shown = f"<{leg}>"
        self._channels.add(leg)
        self._ringing += 1
        self._calm.clear()
        try:
            await self._order(
                "POST",
                f"/channels/{quote(leg)}",
                endpoint=endpoint,
                app=APPLICATION,
                appArgs=LEG,
                callerId=shown,
                **({"originator": like} if like else {"formats": CODECS}),
                timeout=str(round(RING_AT_MOST)),
                body={"variables": {RETURNS: returns}} if returns else None,
            )
        except SwitchError:
            self._channels.discard(leg)
            raise
        finally:
            self._ringing -= 1
            if not self._ringing:
                self._calm.set()

    def is_fixed(self, channel: str) -> bool:
        del channel
        return False

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        with suppress(_ThereAlready):
            await self._order("POST", f"/bridges/{quote(bridge)}", type="mixing,dtmf_events")
        for _ in range(TRIES if any(map(_EAR_NAME.search, channels)) else 0):
            with suppress(ChannelGone):
                await self._add(bridge, channels)
                return
            await asyncio.sleep(TRY_EVERY)  # a new ear is told of before it has entered Stasis
        await self._add(bridge, channels)

    async def _add(self, bridge: str, channels: Sequence[str]) -> None:
        await self._order("POST", f"/bridges/{quote(bridge)}/addChannel", channel=",".join(channels))

    async def part(self, bridge: str, channel: str) -> None:
        for _ in range(TRIES):
            with suppress(_ThereAlready):
                await self._unless_gone("POST", f"/bridges/{quote(bridge)}/removeChannel", channel=channel)
                return
            await asyncio.sleep(TRY_EVERY)  # a bridge that was just made may not be known to Stasis for a moment
        raise SwitchError(f"bridge {bridge}: a channel could not be taken out")

    async def snoop(self, ear: str, channel: str, *, whispers: bool) -> None:
        self._channels.add(ear)
        try:
            await self._order(
                "POST",
                f"/channels/{quote(channel)}/snoop/{quote(ear)}",
                spy="both",
                whisper="out" if whispers else "none",
                app=APPLICATION,
                appArgs=EAR,
            )
        except SwitchError:
            self._channels.discard(ear)
            raise

    async def census(self) -> Census:
        channels, bridges, endpoints = await asyncio.gather(
            self._order("GET", "/channels"), self._order("GET", "/bridges"), self._order("GET", "/endpoints/PJSIP")
        )
        with _of_known_shape("what exists"):
            seen = {channel["id"]: Seen(_kind_of(channel), channel["state"] == "Up") for channel in channels}
            return Census(
                {name: one for name, one in seen.items() if one.kind is not Kind.OTHER},
                {
                    bridge["id"]: frozenset(
                        name for name in bridge["channels"] if name not in seen or seen[name].kind is not Kind.OTHER
                    )
                    for bridge in bridges
                },
                frozenset(
                    endpoint["resource"]
                    for endpoint in endpoints
                    if endpoint["state"] == "online" and endpoint["resource"] in self._phones
                ),
            )

    async def there(self, phones: Collection[str]) -> frozenset[str]:
        if len(phones) > _FEW:
            told = await self._order("GET", "/endpoints/PJSIP")
        else:
            told = [one for one in await asyncio.gather(*map(self._endpoint, phones)) if one is not None]
        with _of_known_shape("the phones"):
            up = {endpoint["resource"] for endpoint in told if endpoint["state"] == "online"}
        return frozenset(up.intersection(phones))

    async def _endpoint(self, phone: str) -> Any:
        try:
            return await self._order("GET", f"/endpoints/PJSIP/{quote(phone)}")
        except ChannelGone:
            return None  # the switch has no such phone

    async def rings(self, leg: str) -> bool:
        told = await self._order("GET", f"/channels/{quote(leg)}")
        with _of_known_shape("a leg"):
            return told["state"] in _HAS_RUNG

    async def packets(self, leg: str) -> int | None:
        try:
            told = await self._order("GET", f"/channels/{quote(leg)}/rtp_statistics")
        except ChannelGone:
            return None
        count = told.get("rxcount") if isinstance(told, dict) else None
        return count if isinstance(count, int) else None

    async def recorded(self, recording: str) -> Recorded | None:
        name = quote(recording, safe="")
        with suppress(ChannelGone):
            await self._order("GET", f"/recordings/live/{name}")
            return None
        try:
            length = await self._length(f"/recordings/stored/{name}/file")
        except ChannelGone:
            return None
        seconds = max(0.0, (length - _WAV_HEADER) / _WAV_RATE)
        return Recorded(recording, seconds, seconds)

    async def _length(self, path: str) -> int:
        """Bytes of what an order would bring; the bytes themselves stay where they are."""
        try:
            async with self._session().get(f"{self._url}/ari{path}") as reply:
                if reply.status == 404:
                    raise ChannelGone(path)
                if reply.status != 200 or reply.content_length is None:
                    raise SwitchError(f"GET {path}: {reply.status}")
                return reply.content_length
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SwitchError(f"GET {path}: {error or type(error).__name__}") from error

    def hand_over(self) -> None:
        self._left, self.up = True, False

    async def set_variable(self, name: str, value: str) -> None:
        """Set a variable of the whole switch, for its dialplan to read."""
        await self._order("POST", "/asterisk/variable", variable=name, value=value)

    async def record_bridge(self, bridge: str, recording: str) -> None:
        await self._order("POST", f"/bridges/{quote(bridge)}/record", name=recording, format="wav", ifExists="append")

    async def stop_recording(self, recording: str) -> None:
        with suppress(ChannelGone):  # whoever was recorded left first
            await self._order("POST", f"/recordings/live/{quote(recording, safe='')}/stop")

    async def drop_bridge(self, bridge: str) -> None:
        await self._let_rings_go_first()
        await self._unless_gone("DELETE", f"/bridges/{quote(bridge)}")

    async def hang_up(self, channel: str) -> None:
        await self._let_rings_go_first()
        await self._unless_gone("DELETE", f"/channels/{quote(channel)}", reason_code="16")

    async def turn_away(self, channel: str, sentence: str) -> None:
        if sentence not in TURNED_AWAY:
            raise SwitchError(f"not a sentence: {sentence!r}")
        await self._unless_gone(
            "POST", f"/channels/{quote(channel)}/continue", context="busy", extension=sentence, priority="1"
        )

    async def refuse(self, channel: str) -> None:
        await self._unless_gone("DELETE", f"/channels/{quote(channel)}", reason_code="17")

    async def release(self, channel: str) -> None:
        await self._unless_gone(
            "POST", f"/channels/{quote(channel)}/continue", context="fallback", extension="s", priority="1"
        )

    async def _let_rings_go_first(self) -> None:
        """What is taken apart can wait a moment: the agent who has just become free is rung by the same switch."""
        with suppress(TimeoutError):
            async with asyncio.timeout(YIELDS):
                await self._calm.wait()

    async def _unless_gone(self, method: str, path: str, **query: str) -> None:
        try:
            await self._order(method, path, **query)
        except ChannelGone:
            return

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise SwitchError("the switch is not in use: enter it with `async with`")
        return self._http

    async def _order(self, method: str, path: str, body: object = None, there: str = "", **query: str) -> Any:
        """Carry one order out. Raises ChannelGone for what is no more, SwitchError for the rest.

        When the link breaks under it, it is sent again as soon as there is another; with `there`, which is where the
        switch would have what it makes, only if it is not.
        """
        give_up, life = asyncio.get_running_loop().time() + ORDER_PATIENCE, self._lives
        again, listens = False, asyncio.current_task() is self._listener
        while True:
            if not listens and (self._died or self._lives != life):
                raise ChannelGone(f"{method} {path}: the switch died")
            try:
                if again and there and await self._exists(there):
                    return None
                return await self._send(method, path, body, query)
            except _NotSent as error:
                if listens or (not await self._linked_again(error, give_up) and self._lives == life):
                    raise
                again = True
            except _ThereAlready:
                if not again:
                    raise
                return None  # it was carried out, and the answer lost

    async def _exists(self, path: str) -> bool:
        try:
            await self._send("GET", path, None, {})
        except ChannelGone:
            return False
        return True

    async def _linked_again(self, error: _NotSent, give_up: float) -> bool:
        """Wait for a link over which an order may be sent again, or the switch's death; False when that is no use."""
        if error.refused or self._left or self._started is None:
            return False
        await asyncio.sleep(TRY_EVERY)
        try:
            async with asyncio.timeout_at(give_up):
                await self._link.wait()
        except TimeoutError:
            return False
        return not self._refused and asyncio.get_running_loop().time() < give_up

    async def _send(self, method: str, path: str, body: object, query: dict[str, str]) -> Any:
        if self._left:
            raise HandedOver(f"{method} {path}: the next engine has the switch")
        began = time.monotonic()
        limit = HANDSHAKE if asyncio.current_task() is self._listener else ORDER_TIMEOUT
        try:
            url, timeout = f"{self._url}/ari{path}", aiohttp.ClientTimeout(total=limit)
            async with self._session().request(method, url, params=query, json=body, timeout=timeout) as reply:
                said = await reply.read()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise _NotSent(
                f"{method} {path}: {error or type(error).__name__}", refused=_nobody_listens(error)
            ) from error
        finally:
            self._trip += TRIP_WEIGHT * (time.monotonic() - began - self._trip)
        if reply.status < 300:
            try:
                return orjson.loads(said) if said else None
            except orjson.JSONDecodeError as error:
                raise SwitchError(f"{method} {path}: answered with no JSON: {error}") from error
        words = f"{method} {path}: {reply.status} {said[:200].decode(errors='replace')}"
        if _means_gone(reply.status, method, path):
            raise ChannelGone(words)
        raise _ThereAlready(words) if reply.status == 409 else SwitchError(words)


def _nobody_listens(error: BaseException) -> bool:
    return isinstance(error, aiohttp.ClientConnectorError)


MISSHAPEN = (KeyError, IndexError, TypeError, AttributeError, ValueError)
"""What reading JSON of another shape than we know raises."""


@contextmanager
def _of_known_shape(what: str) -> Iterator[None]:
    """Raises SwitchError when an answer is not of the shape that we know."""
    try:
        yield
    except MISSHAPEN as error:
        raise SwitchError(f"{what}: told in an unknown shape ({error!r})") from error


def _plain(phone: str) -> str:
    """The name of a phone, which may stand in an order's path. Raises SwitchError."""
    if not _PLAIN.fullmatch(phone):
        raise SwitchError(f"not a phone: {phone!r}")
    return phone


def _text(value: object) -> str:
    """A name; another kind of value must not pass for one. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where a name is expected")
    return value


def _seconds(value: object) -> float | None:
    """A length; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LONGEST:
        return None
    return float(value)


def _number(part: object, name: str) -> str:
    """The telephone number in a part of a channel; empty when there is none."""
    value = part.get(name) if isinstance(part, dict) else None
    return value if isinstance(value, str) and _NUMBER.fullmatch(value) else ""


def _means_gone(status: int, method: str, path: str) -> bool:
    """Whether a refusal says that what was spoken to is no more, or is just leaving."""
    if path.endswith(("/addChannel", "/removeChannel")):
        return status in (400, 404, 412, 422)
    return status in (404, 412) or (status == 409 and method == "DELETE")


def _sources(phones: Sequence[str]) -> Iterator[str]:
    """The states of these phones as `eventSource` names them, in parts that Asterisk takes."""
    for first in range(0, len(phones), SOURCES):
        yield ",".join(f"deviceState:PJSIP/{phone}" for phone in phones[first : first + SOURCES])


def _is_ours(channel: dict[str, Any]) -> bool:
    """Whether a channel is in our application, and in no other's."""
    dialplan = channel["dialplan"]
    return bool(dialplan.get("app_name") == "Stasis" and dialplan.get("app_data", "").split(",")[0] == APPLICATION)


def _is_leg(channel: dict[str, Any]) -> bool:
    return channel["dialplan"].get("app_data") in (f"{APPLICATION},{LEG}", f"{APPLICATION},{EAR}")


def _kind_of(channel: dict[str, Any]) -> Kind:
    """A leg has its name before it is answered and enters our application."""
    name = channel["id"]
    if _LEG_NAME.match(name) or _is_leg(channel):
        return Kind.EAR if _EAR_NAME.search(name) else Kind.LEG
    return Kind.CALLER if _is_ours(channel) else Kind.OTHER


def _phone_of(channel: dict[str, Any]) -> str | None:
    """The PJSIP endpoint that a channel belongs to."""
    name = channel.get("name")
    match = _CHANNEL.match(name) if isinstance(name, str) else None
    return match[1] if match else None
