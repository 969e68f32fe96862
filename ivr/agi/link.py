"""The link to Asterisk over AGI: callers and legs as their sessions tell of them.

All tables belong to the event loop; the sessions' threads tell it what happened (`ivr.agi.session`).
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass

import structlog

from ivr.agi.hello import Errand, Hello
from ivr.agi.session import Dial, End, Ending, Leave, Play, Record, Session
from ivr.switch import Arrived, Gone, KeyTyped, LegAnswered, Played, Recorded, SwitchEvent

log = structlog.get_logger()

PREFIX = "agi-"
"""How the channels of these callers begin."""
QUEUE = 10_000
"""Events that may wait for us before the sessions are cut."""
_KEPT = 1000
"""Recordings whose length is remembered."""


@dataclass(slots=True, eq=False)
class Leg:
    name: str
    phone: str
    caller: Session
    dial: Dial
    session: Session | None = None
    """Once it was answered."""
    bridge: str = ""
    let_in: bool = False
    """Both hear each other: nobody reaches them any more."""

    @property
    def answered(self) -> bool:
        return self.session is not None or self.let_in


@dataclass(slots=True)
class Recording:
    name: str
    owner: str
    """The caller's channel, or the leg."""
    began: float


class Link:
    """What the sessions of the door tell (`ivr.agi.door`). Read `events()` from one task."""

    def __init__(
        self,
        *,
        phones: Callable[[], Collection[str]] = frozenset,
        accepts: Callable[[], bool] = lambda: True,
        look_up: Callable[[Hello], Mapping[str, str]] = lambda _: {},
    ) -> None:
        """`phones` are ours; `accepts` says whether callers are taken now; `look_up` answers dialplan authors."""
        self._phones, self._accepts, self._look_up = phones, accepts, look_up
        self._queue: asyncio.Queue[SwitchEvent] = asyncio.Queue(QUEUE)
        self._callers: dict[str, Session] = {}
        self._legs: dict[str, Leg] = {}
        self._dials: dict[str, Dial] = {}
        """By token, until they end."""
        self._leg_of: dict[Session, Leg] = {}
        """Sessions on phones that were answered."""
        self._plays: dict[str, tuple[Session, Play]] = {}
        self._bridges: dict[str, str] = {}
        """The leg in each."""
        self._recordings: dict[str, Recording] = {}
        self._stored: dict[str, Recorded] = {}
        self._left = False

    @property
    def calls(self) -> int:
        """Callers who are here."""
        return len(self._callers)

    def owns(self, name: str) -> bool:
        """Whether this channel, leg, bridge, playback or recording is one of ours."""
        return (
            name.startswith(PREFIX)
            or name in self._legs
            or name in self._bridges
            or name in self._plays
            or name in self._recordings
        )

    def busy(self) -> frozenset[str]:
        """Phones that ring or talk for us."""
        return frozenset(leg.phone for leg in self._legs.values() if leg.phone)

    def began(self, session: Session, hello: Hello) -> None:
        """Somebody said hello."""
        match hello.errand:
            case Errand.CALL:
                self._arrived(session, hello)
            case Errand.ANSWERED:
                self._answered(session, hello)
            case _:
                session.order(Leave(self._look_up(hello)))

    def _arrived(self, session: Session, hello: Hello) -> None:
        if self._left or not self._accepts():
            session.order(End(Ending.GIVEN_BACK))
            return
        session.name = f"{PREFIX}{secrets.token_hex(6)}"
        self._callers[session.name] = session
        log.debug("a call came by FastAGI", channel=session.name, asterisk=hello.unique)
        phone = hello.phone if hello.phone in self._phones() else None
        self._put(Arrived(session.name, hello.number, hello.dialled, phone))

    def _answered(self, session: Session, hello: Hello) -> None:
        dial = self._dials.get(hello.arguments.get("leg", ""))
        legs = [leg for leg in self._legs.values() if leg.dial is dial]
        if dial is None or not legs or any(leg.session for leg in legs):
            session.order(Leave({"GOSUB_RESULT": "CONTINUE"}))  # it was taken back: the phone is hung up
            return
        leg = next((leg for leg in legs if leg.phone and leg.phone == hello.phone), legs[0])
        leg.session, session.name = session, leg.name
        self._leg_of[session] = leg
        self._put(LegAnswered(leg.name))

    def typed(self, session: Session, key: str) -> None:
        """A caller typed."""
        if session.name in self._callers:
            self._put(KeyTyped(session.name, key))

    def played(self, session: Session, play: Play, *, failed: bool) -> None:
        """Something was played to its end, or stopped."""
        del session
        if self._plays.pop(play.playback, None) is not None:
            self._put(Played(play.playback, failed))

    def took(
        self, session: Session, record: Record, seconds: float | None, spoken: float | None, *, failed: bool
    ) -> None:
        """A message ended."""
        del session
        self._finish(Recorded(record.recording, seconds, spoken, failed))

    def dialled(self, session: Session, dial: Dial, cause: int | None) -> None:
        """A `Dial` came to its end, and the caller is still there."""
        del session
        self._forget(dial, cause)

    def ended(self, session: Session) -> None:
        """A session is over."""
        session.over.set()
        if (leg := self._leg_of.pop(session, None)) is not None:
            leg.session = None
            if not leg.let_in:
                self._end_leg(leg, None)
            return
        if self._callers.pop(session.name, None) is None:
            return
        for playback in [name for name, (of, _) in self._plays.items() if of is session]:
            del self._plays[playback]
            self._put(Played(playback))
        for name in [one.name for one in self._recordings.values() if one.owner == session.name]:
            self._finish(Recorded(name, None, None, failed=True))
        self._put(Gone(session.name, None))  # before the legs: it was the caller who hung up
        for dial in {id(leg.dial): leg.dial for leg in self._legs.values() if leg.caller is session}.values():
            self._forget(dial, None)

    def _forget(self, dial: Dial, cause: int | None) -> None:
        self._dials.pop(dial.token, None)
        for leg in [leg for leg in self._legs.values() if leg.dial is dial]:
            self._end_leg(leg, cause)

    def _end_leg(self, leg: Leg, cause: int | None) -> None:
        """It is no more for us; a phone that rings goes on until its `Dial` ends."""
        if self._legs.pop(leg.name, None) is None:
            return
        now = asyncio.get_running_loop().time()
        for one in [one for one in self._recordings.values() if one.owner == leg.name]:
            self._finish(Recorded(one.name, now - one.began, None))
        self._bridges.pop(leg.bridge, None)
        self._put(Gone(leg.name, cause))

    def _finish(self, recorded: Recorded) -> None:
        if self._recordings.pop(recorded.recording, None) is None:
            return
        self._stored[recorded.recording] = recorded
        while len(self._stored) > _KEPT:
            del self._stored[next(iter(self._stored))]
        self._put(recorded)

    def _put(self, event: SwitchEvent) -> None:
        if self._left:
            return
        try:
            self._queue.put_nowait(event)
        except asyncio.QueueFull:
            log.critical("the FastAGI door tells more than we can take in; cutting its sessions", events=QUEUE)
            self.cut()

    def cut(self) -> None:
        """End every session: Asterisk goes on with its own dialplan."""
        for session in (*self._callers.values(), *self._leg_of):
            session.cut()

    async def events(self) -> AsyncIterator[SwitchEvent]:
        """What the sessions tell, in order, for ever."""
        while True:
            yield await self._queue.get()
