"""Asterisk as the switch, over AGI: the callers whom a dialplan that is not ours sends to us.

Theory of operation
-------------------
AGI gives us one channel and one command at a time on it, so this is the caller's half of the port: answer, play, keys,
music, record, hang up. A phone is rung by the caller's own `Dial`, which says nothing until it ends; so it is told to
run `agi://…/answered?leg=TOKEN` on the phone that answers (option `U`), and that second session is the leg: it tells
`LegAnswered`, begins the recording, and when it returns both hear each other. An offer that was taken back meanwhile is
turned down there.

What it cannot do is refused with a SwitchError: nobody reaches into a `Dial` that rings or talks. So a phone whose
offer was taken back early rings on until the offer's own end, though nobody can answer it any more, and who talks
cannot be held, passed on, listened to or recorded otherwise than from the talk's beginning to its end. `is_fixed` says
so before anybody tries.

What the sessions tell is kept by the link (`ivr.agi.link`), in the event loop; their threads are told orders.
Nothing that a caller sent reaches an endpoint, a file name or a variable name.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ivr.agi.hello import Hello
from ivr.agi.link import PREFIX, Leg, Link, Recording
from ivr.agi.session import Answer, Dial, End, Ending, Leave, Monitor, Play, Record, Session
from ivr.switch import (
    BEEP,
    RING_AT_MOST,
    RINGING,
    TURNED_AWAY,
    Census,
    ChannelGone,
    HandedOver,
    Kind,
    Phone,
    Recorded,
    Seen,
    SwitchError,
)

TOGETHER = 0.01
"""Seconds in which the phones of one offer are asked for; then they ring."""
RECORDED_WITHIN = 0.25
"""Seconds that a talk waits for the order to record it: once it began it is too late."""
ORDER_TIMEOUT = 10.0
_NORMAL = 16
"""Q.850."""

_PLAIN = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_DIGITS = re.compile(r"\+?[0-9]{3,20}")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9~_/-]{0,199}")
_FIXED = "a call of the FastAGI door: its talk cannot be changed from here"


@dataclass(frozen=True, slots=True)
class Ways:
    """How the other Asterisk calls things."""

    recordings: Path
    """Its folder for them."""
    sounds: str = "hotline"
    """Its folder of our sounds."""
    phone: str = "PJSIP/{phone}"
    number: str = "PJSIP/{number}@trunk"
    answered: str = "hotline-answered"
    """Its context that runs `agi://…/answered`."""
    sentences: Mapping[str, str] = field(default_factory=dict)
    """The sound of each of `TURNED_AWAY`."""


class AgiSwitch(Link):
    """Every session of the door (`ivr.agi.door`). Read `events()` from one task."""

    def __init__(
        self,
        ways: Ways,
        *,
        phones: Callable[[], Collection[str]] = frozenset,
        accepts: Callable[[], bool] = lambda: True,
        look_up: Callable[[Hello], Mapping[str, str]] = lambda _: {},
    ) -> None:
        """`phones` are ours; `accepts` says whether callers are taken now; `look_up` answers dialplan authors."""
        super().__init__(phones=phones, accepts=accepts, look_up=look_up)
        self._ways = ways

    def is_fixed(self, channel: str) -> bool:
        """Whether nothing can be done with this caller's talk but to let it end."""
        return channel.startswith(PREFIX)

    async def answer(self, channel: str) -> None:
        session, done = self._caller(channel), asyncio.get_running_loop().create_future()
        session.order(Answer(done), at_once=True)
        await self._done(session, done)

    async def play(self, channel: str, playback: str, sounds: Sequence[str]) -> None:
        session = self._session(channel)
        if playback in self._plays:
            raise SwitchError(f"{playback}: a playback of this name exists")
        if RINGING in sounds:
            raise SwitchError("AGI plays no ringing")
        files = tuple(sound if sound == BEEP else f"{self._ways.sounds}/{sound}" for sound in sounds)
        play = Play(playback, files)
        self._plays[playback] = session, play
        session.order(play)

    async def stop_playing(self, playback: str) -> None:
        if self._left or playback not in self._plays:
            raise ChannelGone(playback)
        session, play = self._plays[playback]
        session.stop(play)
        if not play.begun:  # it waits behind something else, and its turn may take a while
            self.played(session, play, failed=False)

    async def plays(self, playback: str) -> bool:
        return playback in self._plays

    async def start_music(self, channel: str) -> None:
        self._caller(channel).music = True

    async def stop_music(self, channel: str) -> None:
        self._caller(channel).music = False

    async def record(self, channel: str, recording: str, *, limit: float, silence: float) -> None:
        session = self._caller(channel)
        file = self._file(recording)
        self._recordings[recording] = Recording(recording, channel, asyncio.get_running_loop().time())
        session.order(Record(recording, file, limit, silence), at_once=True)

    async def ring(
        self, leg: str, phone: Phone, *, caller: str, like: str, returns: str = "", at_most: float = RING_AT_MOST
    ) -> None:
        """A `Dial` of the caller `like`. It shows the caller's own number; a browser is shown the leg's name."""
        session = self._caller(like)
        if returns or any(one.caller is session and one.answered for one in self._legs.values()):
            raise SwitchError(_FIXED)
        if leg in self._legs:
            raise SwitchError(f"{leg}: a channel of this name exists")
        target = self._target(phone)
        dial = next((one.dial for one in self._legs.values() if one.caller is session and not one.dial.begun), None)
        if dial is None:
            token = secrets.token_hex(12)
            dial = Dial(token, f"gmU({self._ways.answered}^{token})", min(at_most, RING_AT_MOST))
            self._dials[token] = dial
            asyncio.get_running_loop().call_later(TOGETHER, partial(session.order, dial, at_once=True))
        if phone.is_browser:
            dial.options = f"gmo({leg})U({self._ways.answered}^{dial.token})"
        dial.targets[leg] = target
        self._legs[leg] = Leg(leg, "" if phone.trunk else phone.name, session, dial)

    def _target(self, phone: Phone) -> str:
        if not (_DIGITS if phone.trunk else _PLAIN).fullmatch(phone.name):
            raise SwitchError(f"not a phone: {phone.name!r}")
        if phone.trunk:
            return self._ways.number.replace("{number}", phone.name)
        return self._ways.phone.replace("{phone}", phone.name)

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        self._obeys()
        legs = [leg for name in channels if (leg := self._legs.get(name)) is not None]
        here = self._bridges.get(bridge)
        if here is not None and here in self._legs and set(channels) <= {here, self._legs[here].caller.name}:
            return
        for name in channels:
            if name not in self._legs and name not in self._callers:
                raise ChannelGone(name)
        if len(legs) != 1 or set(channels) != {legs[0].name, legs[0].caller.name} or legs[0].session is None:
            raise SwitchError(_FIXED)
        (leg,) = legs
        leg.bridge = bridge
        self._bridges[bridge] = leg.name
        asyncio.get_running_loop().call_later(RECORDED_WITHIN, self._let_in, leg)

    def _let_in(self, leg: Leg) -> None:
        """The phone's session returns, and both hear each other."""
        if leg.session is not None and not leg.let_in:
            leg.let_in = True
            leg.session.order(Leave())

    async def part(self, bridge: str, channel: str) -> None:
        self._obeys()
        leg = self._bridges.get(bridge)
        if leg in self._legs and channel in (leg, self._legs[leg].caller.name):
            raise SwitchError(_FIXED)

    async def snoop(self, ear: str, channel: str, *, whispers: bool) -> None:
        del ear, whispers
        self._session(channel)
        raise SwitchError(_FIXED)

    async def record_bridge(self, bridge: str, recording: str) -> None:
        self._obeys()
        leg = self._legs.get(self._bridges.get(bridge, ""))
        if leg is None:
            raise ChannelGone(bridge)
        if leg.session is None or leg.let_in:
            raise SwitchError(_FIXED)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        file = self._file(recording)
        leg.let_in = True  # by us, once it records
        leg.session.order(Monitor(file, done))
        leg.session.order(Leave())
        await self._done(leg.session, done)
        self._recordings[recording] = Recording(recording, leg.name, asyncio.get_running_loop().time())

    async def stop_recording(self, recording: str) -> None:
        if recording in self._recordings:
            raise SwitchError(f"{recording}: of a call of the FastAGI door; it ends with what is recorded")

    async def drop_bridge(self, bridge: str) -> None:
        self._obeys()
        self._bridges.pop(bridge, None)

    async def hang_up(self, channel: str) -> None:
        self._obeys()
        if (caller := self._callers.get(channel)) is not None:
            caller.order(End(Ending.SERVED), at_once=True)
        if (leg := self._legs.get(channel)) is None:
            return
        if leg.let_in:
            raise SwitchError(_FIXED)
        leg.dial.targets.pop(leg.name, None)
        if leg.session is not None:
            leg.session.order(Leave({"GOSUB_RESULT": "CONTINUE"}))
        self._end_leg(leg, _NORMAL)

    async def turn_away(self, channel: str, sentence: str) -> None:
        if sentence not in TURNED_AWAY:
            raise SwitchError(f"not a sentence: {sentence!r}")
        file = f"{self._ways.sounds}/{self._ways.sentences.get(sentence, sentence)}"
        self._end(channel, End(Ending.TURNED_AWAY, file))

    async def refuse(self, channel: str) -> None:
        self._end(channel, End(Ending.REFUSED))

    async def release(self, channel: str) -> None:
        self._end(channel, End(Ending.GIVEN_BACK))

    def _end(self, channel: str, end: End) -> None:
        self._obeys()
        if (caller := self._callers.get(channel)) is not None:
            caller.order(end, at_once=True)

    async def census(self) -> Census:
        self._obeys()
        legs = {leg.name: Seen(Kind.LEG, leg.answered) for leg in self._legs.values()}
        callers = {name: Seen(Kind.CALLER, session.answered) for name, session in self._callers.items()}
        bridges = {
            bridge: frozenset({leg, self._legs[leg].caller.name})
            for bridge, leg in self._bridges.items()
            if leg in self._legs
        }
        return Census(callers | legs, bridges, frozenset())

    async def there(self, phones: Collection[str]) -> frozenset[str]:
        """AGI does not tell: a phone that is not there fails when it is rung."""
        return self.busy().intersection(phones)

    async def rings(self, leg: str) -> bool:
        if leg not in self._legs:
            raise ChannelGone(leg)
        return True  # its `Dial` gives up by itself

    async def packets(self, leg: str) -> int | None:
        if leg not in self._legs:
            raise ChannelGone(leg)
        return None

    async def recorded(self, recording: str) -> Recorded | None:
        return self._stored.get(recording)

    def hand_over(self) -> None:
        self._left = True

    # ── within ──────────────────────────────────────────────────────────────

    def _obeys(self) -> None:
        if self._left:
            raise HandedOver("the next engine has the switch")

    def _caller(self, channel: str) -> Session:
        self._obeys()
        if (session := self._callers.get(channel)) is None:
            raise ChannelGone(channel)
        return session

    def _session(self, channel: str) -> Session:
        """Of a caller, or of a phone that was answered and is not in a talk yet."""
        if (leg := self._legs.get(channel)) is None:
            return self._caller(channel)
        self._obeys()
        if leg.session is None or leg.let_in:
            raise SwitchError(_FIXED)
        return leg.session

    def _file(self, recording: str) -> Path:
        if not _FILE.fullmatch(recording):
            raise SwitchError(f"not a recording: {recording!r}")
        if recording in self._recordings:
            raise SwitchError(f"{recording}: a recording of this name exists")
        return self._ways.recordings / recording

    async def _done(self, session: Session, done: asyncio.Future[None]) -> None:
        """Wait for an order's end. Raises ChannelGone when the session ends first."""
        watch = asyncio.ensure_future(session.over.wait())
        either: set[asyncio.Future[Any]] = {done, watch}
        try:
            async with asyncio.timeout(ORDER_TIMEOUT):
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise SwitchError("Asterisk does not answer by AGI") from None
        finally:
            watch.cancel()
        if not done.done():
            raise ChannelGone(session.name)
        done.result()
