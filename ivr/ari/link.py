"""The link to Asterisk over ARI: its events on a WebSocket, and what is there when it is built up.

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
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
import structlog

from ivr.ari.orders import HANDSHAKE, TRY_EVERY, NotSent, Orders, nobody_listens
from ivr.ari.shapes import (
    APPLICATION,
    EAR,
    LEG,
    LEG_NAME,
    MISSHAPEN,
    OWN_BRIDGE,
    is_ours,
    kind_of,
    name_in,
    number_in,
    of_known_shape,
    phone_of,
    seconds,
)
from ivr.switch import (
    TESTER,
    Arrived,
    Found,
    Gone,
    KeyTyped,
    Kind,
    LegAnswered,
    LinkDown,
    LinkUp,
    PhoneChanged,
    Played,
    Recorded,
    Stranger,
    SwitchEnding,
    SwitchError,
    SwitchEvent,
    SwitchTaken,
)

log = structlog.get_logger()

QUEUE = 10_000
"""Events that may wait for us before the link counts as broken."""
PING_EVERY = 2.0
"""Seconds; a peer that does not answer within half of it more is given up."""
ENGINE = "HOTLINE_ENGINE"
"""Variable of the whole switch: the engine that last reached for it, written before its link is asked for."""
TRIES = 40
"""How often what was just made, or is to be quiet, is looked at again, `TRY_EVERY` seconds apart."""
SOURCES = 100
"""Phones that one order subscribes to: Asterisk refuses 128 values of a parameter."""

HEARD = (
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

_AWAY = frozenset({"UNAVAILABLE", "INVALID", "UNKNOWN"})
"""Device states of a phone that cannot be rung."""

_SILENT = 1
"""`cause` of a soft ChannelHangupRequest when `rtp_timeout` ended a channel: the flag AST_SOFTHANGUP_DEV, no Q.850."""

_ENDING = 4
"""The same when Asterisk ends or begins anew, and hangs up on everybody first: AST_SOFTHANGUP_SHUTDOWN."""

KEYS = frozenset("0123456789*#ABCD")
"""Every key that a telephone has."""


class Link(Orders):
    """What one Asterisk tells. Read `events()` from one task."""

    def __init__(self, url: str, user: str, password: str, *, phones: Sequence[str] = ()) -> None:
        """`url` like `http://127.0.0.1:8088`; `phones` are those to watch."""
        super().__init__(url, user, password)
        self._phones = tuple(phones)
        self._queue: asyncio.Queue[dict[str, Any] | SwitchEvent] = asyncio.Queue(QUEUE)
        self._watched: set[str] = set()
        """Phones of which this connection tells."""
        self._channels: set[str] = set()
        """Callers' channels and legs that we know to be up."""
        self._talking: set[str] = set()
        """Legs that were answered."""
        self._ending = False
        """Asterisk said that it ends."""
        self._own_name = secrets.token_hex(8)
        self.up = False

    @property
    def depth(self) -> int:
        """Events that wait to be handled."""
        return self._queue.qsize()

    async def listen(self) -> None:
        """Hold the socket, for ever. Run it beside the reader of `events()`. Raises SwitchTaken."""
        pause, self._listener = 0.1, asyncio.current_task()
        while not self._left:
            try:
                await self._hold()
                pause = 0.1
            except (aiohttp.ClientError, OSError, SwitchError, TimeoutError) as error:
                log.warning("no link to the switch", error=str(error) or type(error).__name__)
                self._refused = error.refused if isinstance(error, NotSent) else nobody_listens(error)
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

    async def _hold(self) -> None:
        http = self._session()
        url = f"{self._url}/ari/events?app={APPLICATION}&subscribeAll=false"
        await self._order("POST", "/asterisk/variable", variable=ENGINE, value=self._own_name)
        async with asyncio.timeout(HANDSHAKE):
            connected = await http.ws_connect(url, heartbeat=PING_EVERY, max_msg_size=1 << 20)
        async with connected as socket:
            with of_known_shape("what the switch holds"):
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
        with of_known_shape("the variable"):
            return bool(held["value"] != self._own_name)

    async def _meet(self) -> None:
        """What is there? Runs after each connection, before its events are handled."""
        info = await self._order("GET", "/asterisk/info")
        allowed = {"allowed": [{"type": kind} for kind in HEARD]}
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
            if kind_of(there[name]) is Kind.LEG and there[name]["state"] == "Up":
                await self._queue.put(LegAnswered(name))

    async def _without_strangers_that_ring(self) -> dict[str, dict[str, Any]]:
        """The channels that exist, once phones that an engine before us rang are quiet: they may be rung anew then."""
        for _ in range(TRIES):
            there = {channel["id"]: channel for channel in await self._order("GET", "/channels")}
            ringing = [
                name
                for name, channel in there.items()
                if name not in self._channels and LEG_NAME.match(name) and channel["state"] != "Up"
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
                with of_known_shape("the phones"):
                    there = {endpoint["resource"]: endpoint["state"] == "online" for endpoint in told}
                for phone in sorted(new & there.keys()):
                    await self._queue.put(PhoneChanged(phone, there[phone]))
        except SwitchError:
            self._watched -= new
            raise
        self._watched -= gone
        for sources in _sources(sorted(gone)):
            await self._order("DELETE", f"/applications/{APPLICATION}/subscription", eventSource=sources)

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
                phone if (phone := phone_of(channel)) in self._phones else None,
            )
            for name, channel in strangers.items()
            if (kind := kind_of(channel)) is not Kind.OTHER and is_ours(channel)
        }
        bridges = {
            bridge["id"]: frozenset(ours.keys() & set(bridge["channels"]))
            for bridge in await self._order("GET", "/bridges")
            if not self._channels.intersection(bridge["channels"])
        }
        return Found(ours, {name: members for name, members in bridges.items() if members or OWN_BRIDGE.search(name)})

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
                return KeyTyped(name_in(event["channel"]["id"]), event["digit"]) if event["digit"] in KEYS else None
            case "PlaybackFinished":
                return Played(name_in(event["playback"]["id"]), event["playback"].get("state") == "failed")
            case "RecordingFinished" | "RecordingFailed":
                recording = event["recording"]
                failed = event["type"] == "RecordingFailed"
                lasted, spoken = seconds(recording.get("duration")), seconds(recording.get("talking_duration"))
                return Recorded(name_in(recording["name"]), lasted, spoken, failed)
            case "StasisEnd":
                return Gone(name_in(event["channel"]["id"]), None)
            case "ChannelHangupRequest" if event.get("soft") and event.get("cause") == _SILENT:
                return Gone(name_in(event["channel"]["id"]), None, lost=True)
            case "ChannelHangupRequest" if event.get("soft") and event.get("cause") == _ENDING:
                told, self._ending = self._ending, True  # it says so of each channel
                return None if told else SwitchEnding()
            case "ChannelHangupRequest" if event["channel"]["id"] in self._talking:
                return Gone(event["channel"]["id"], None)  # says so before it has left its bridge
            case "ChannelDestroyed":
                cause = event.get("cause")
                return Gone(name_in(event["channel"]["id"]), cause if isinstance(cause, int) else None)
            case "DeviceStateChanged":
                device = event["device_state"]
                return PhoneChanged(name_in(device["name"]).removeprefix("PJSIP/"), device["state"] not in _AWAY)
        return None

    def _stasis_start(self, event: dict[str, Any]) -> SwitchEvent | None:
        match event.get("args"):
            case [word, *_] if word == EAR:
                return None
            case [word, *_] if word == LEG:
                return LegAnswered(name_in(event["channel"]["id"]))
        return self._arrived(event["channel"])

    def _arrived(self, channel: dict[str, Any]) -> Arrived:
        """A caller: what says nothing that we understand of their number is as good as a withheld one."""
        phone = phone_of(channel)
        return Arrived(
            name_in(channel["id"]),
            number_in(channel.get("caller"), "number"),
            number_in(channel.get("dialplan"), "exten"),
            phone if phone in self._phones else None,
            tester=phone == TESTER and TESTER not in self._phones,
        )

    def hand_over(self) -> None:
        self._left, self.up = True, False


def _sources(phones: Sequence[str]) -> Iterator[str]:
    """The states of these phones as `eventSource` names them, in parts that Asterisk takes."""
    for first in range(0, len(phones), SOURCES):
        yield ",".join(f"deviceState:PJSIP/{phone}" for phone in phones[first : first + SOURCES])
