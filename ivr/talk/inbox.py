"""Who takes part in a conversation, and what waits in its inbox: commands, and what happens by itself."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from ivr.offer_legs import Connected
from ivr.talk.states import Command
from ivr.talk.targets import Refused, Target


@dataclass(frozen=True, slots=True)
class Onward:
    """Where the caller waits next: on a line, perhaps for one agent. `heard`: its notice and welcome, already."""

    line: str
    heard: bool


@dataclass(slots=True, eq=False)
class Side:
    """Somebody who talks, or may, with the caller."""

    line: str
    seated: Connected
    talking: bool = False
    """It was noted that they do."""
    announced: bool = True
    """The caller was told, where the line records, that it does."""
    watch: asyncio.Task[None] | None = None

    @property
    def agent(self) -> str | None:
        return self.seated.agent

    @property
    def offer(self) -> int:
        return self.seated.offer

    @property
    def leg(self) -> str:
        return self.seated.leg

    def unwatch(self) -> None:
        """Wait for their end no more."""
        if self.watch is not None:
            self.watch.cancel()
            self.watch = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """A talk that an engine before us began."""

    sides: tuple[Side, ...]
    """Who has the caller; those whose talk was noted are `talking`."""
    bridge: str | None
    """In which all of them are; None when the caller is in the music, or alone."""
    held: int | None = None
    """The offer by whose wish the caller hears music."""
    asked: int | None = None
    """The offer of who consults somebody: whom they asked was let go."""
    answered: bool = False
    """That one was on the line."""
    file: str | None = None
    """It is recorded into this."""
    paused: int | None = None
    """The offer of who lets nothing be recorded for now."""


@dataclass(slots=True)
class Wish:
    """A command that waits to be obeyed."""

    command: Command
    by: str | None
    target: Target | None = None
    newcomer: Connected | None = None
    done: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def tell(self, refused: Refused | None) -> None:
        """Let who gave it know: done, or refused."""
        if self.done.done():
            return
        if refused is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(refused)


@dataclass(frozen=True, slots=True)
class HungUp:
    side: Side


@dataclass(frozen=True, slots=True)
class Strayed:
    """The browser of this leg is not there, and silent."""

    side: Side
    leg: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The leg that strayed sounds again."""

    side: Side
    leg: str


@dataclass(frozen=True, slots=True)
class Reachable:
    """The browser that strayed can be rung, or its page asked to be."""

    side: Side


@dataclass(frozen=True, slots=True)
class Returned:
    """What came of ringing it for the talk that it strayed out of: None when it was not answered."""

    side: Side
    connected: Connected | None


@dataclass(frozen=True, slots=True)
class Overdue:
    """It was waited for long enough, the `away`-th time."""

    away: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of ringing somebody: the `asked`-th time; None when nobody answered."""

    asked: int
    line: str
    connected: Connected | None


@dataclass(frozen=True, slots=True)
class TooLong:
    hold: int
    beeped: bool


@dataclass(frozen=True, slots=True)
class Unpaused:
    """The recording paused for long enough, the `pause`-th time."""

    pause: int


@dataclass(frozen=True, slots=True)
class Askew:
    """The switch failed us: not everybody is where they ought to be."""


Happened = Wish | HungUp | Strayed | Heard | Reachable | Returned | Overdue | Answer | TooLong | Unpaused | Askew
