"""The switch port: what a call needs of the telephone exchange, and what the exchange tells.

Channels, legs, bridges, playbacks and recordings are named by us before they exist (a leg asked for twice is refused
by the switch, so no phone is rung twice). Adapters: `ivr.ari` on Asterisk; tests bring their own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

BEEP: Final = "beep"
RINGING: Final = "ringing"
"""Sounds of the switch's own, which no prompt may be called like; ringing goes on until it is stopped."""


TESTER: Final = "test-caller"
"""The phone of the synthetic caller (`hotline.testcalls`): its calls are counted nowhere, and ring nobody."""

TURNED_AWAY: Final = ("overloaded", "too-often", "blocked")
"""The busy sentences of the dialplan."""


class SwitchError(Exception):
    """The switch refused or did not answer. Theirs, not ours."""


class ChannelGone(SwitchError):
    """The channel, leg, bridge or recording that was spoken to is no more."""


class HandedOver(SwitchError):
    """The next engine has the switch, with all that is on it: what we wanted is no longer ours to do."""


class SwitchTaken(Exception):
    """Another engine took the switch over: this one hears nothing any more and must end."""


class Kind(StrEnum):
    """What a channel is to us."""

    CALLER = "caller"
    LEG = "leg"
    EAR = "ear"  # of somebody who listens in
    OTHER = "other"  # not ours, such as a recorder of the switch's own


# ── what the switch tells ───────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Arrived:
    """A caller's channel is ours now. `phone` is set when one of our phones calls."""

    channel: str
    number: str
    dialled: str
    phone: str | None = None
    found: bool = False
    """It was on the switch before we heard it: whoever is there already is not judged at the door."""
    tester: bool = False
    """The synthetic caller, known by its own account."""


@dataclass(frozen=True, slots=True)
class KeyTyped:
    channel: str
    key: str


@dataclass(frozen=True, slots=True)
class Played:
    """A playback came to its end, or was stopped; `failed` when there was nothing to play."""

    playback: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording ended. `seconds` long, `spoken` of them not silence; None when the switch did not say."""

    recording: str
    seconds: float | None
    spoken: float | None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class LegAnswered:
    leg: str


@dataclass(frozen=True, slots=True)
class Gone:
    """A channel or leg is no more. `cause` after Q.850, None when unknown."""

    channel: str
    cause: int | None
    lost: bool = False
    """Nobody hung up: its sound stopped for so long that the switch ended it."""


@dataclass(frozen=True, slots=True)
class SwitchEnding:
    """The switch lets go of every channel because it ends, or begins anew. Nobody hung up."""


@dataclass(frozen=True, slots=True)
class PhoneChanged:
    """A registered phone came or went."""

    phone: str
    up: bool


@dataclass(frozen=True, slots=True)
class TalkFound:
    """A talk that an engine before us began goes on in `bridge`, until the caller is gone, or one is left."""

    bridge: str
    channels: frozenset[str]
    phones: Mapping[str, str] = field(default_factory=dict)
    """Phones of ours that take part, by channel."""
    legs: frozenset[str] = frozenset()
    """Those channels that are not the caller's."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A channel of ours of which we know nothing."""

    kind: Kind
    up: bool
    arrived: Arrived | None = None
    """How a caller's channel would have arrived."""
    phone: str | None = None
    """Which phone of ours it is."""


@dataclass(frozen=True, slots=True)
class Found:
    """What exists that we do not know: left by an engine before us, or come while the switch was not heard.

    Told once after each link, before anything is told of phones; phones that rang for nobody were hung up before.
    """

    channels: Mapping[str, Stranger] = field(default_factory=dict)
    bridges: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Those in which nobody is whom we know, and the strangers in each."""


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The switch can be heard (again). `restarted`: it forgot everything that we knew."""

    restarted: bool


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The switch cannot be heard; what happens now is not told later."""


SwitchEvent = (
    Arrived
    | KeyTyped
    | Played
    | Recorded
    | LegAnswered
    | Gone
    | SwitchEnding
    | PhoneChanged
    | TalkFound
    | Found
    | LinkUp
    | LinkDown
)


# ── what the switch holds ───────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel that exists."""

    kind: Kind
    up: bool
    """It was answered."""


@dataclass(frozen=True, slots=True)
class Census:
    """Everything of ours that exists on the switch at one instant: what a reconciler compares with what we believe."""

    channels: Mapping[str, Seen]
    bridges: Mapping[str, frozenset[str]]
    """The channels in each; the switch's own recorders are not told."""
    phones_up: frozenset[str]
    """Those watched phones that are registered."""


# ── what the switch does ────────────────────────────────────────────────────


RING_AT_MOST: Final = 120.0
"""Seconds after which the switch itself stops ringing a phone, should nobody else do it."""

BROWSER = "web-"
"""The account of an agent's browser is this and the agent's id."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A device to ring: an agent's registered phone, or a number on the trunk."""

    name: str
    trunk: bool = False

    @property
    def is_browser(self) -> bool:
        """It shows no number: it is told the leg's name, and its page asks the API what it may know of that."""
        return not self.trunk and self.name.startswith(BROWSER)


class Switch(Protocol):
    """Every method raises SwitchError; ChannelGone when what it speaks to is no more."""

    def events(self) -> AsyncIterator[SwitchEvent]:
        """What the switch tells, in order, for ever. One reader."""
        ...

    async def answer(self, channel: str) -> None: ...

    async def play(self, channel: str, playback: str, sounds: Sequence[str]) -> None:
        """Begin to play, to a caller or a leg that is in no bridge; `Played` follows."""
        ...

    async def stop_playing(self, playback: str) -> None: ...

    async def plays(self, playback: str) -> bool:
        """Whether it goes on."""
        ...

    async def start_music(self, channel: str) -> None: ...

    async def stop_music(self, channel: str) -> None: ...

    async def record(self, channel: str, recording: str, *, limit: float, silence: float) -> None:
        """Beep, then record what the caller says until `#`, `silence` or `limit` seconds; `Recorded` follows."""
        ...

    async def ring(
        self, leg: str, phone: Phone, *, caller: str, like: str, returns: str = "", at_most: float = RING_AT_MOST
    ) -> None:
        """Call a phone. `LegAnswered` or `Gone` follows. `caller` is shown; the codecs are those of channel
        `like`, when there is one. With `returns` a page is told to answer at once: it comes back to this call.
        `at_most` seconds are all that it is to ring: a switch that cannot be told to stop stops then by itself."""
        ...

    def is_fixed(self, channel: str) -> bool:
        """Whether the talk of this caller can only go on or end: nobody is let in, put on hold, passed on or heard."""
        ...

    async def bridge(self, bridge: str, channels: Sequence[str]) -> None:
        """Let channels hear each other, and whoever is in the bridge already; each leaves the bridge it was in."""
        ...

    async def part(self, bridge: str, channel: str) -> None:
        """Take a channel out of a bridge: it lives, hears nothing and is heard by nobody. Nothing when it is not in."""
        ...

    async def snoop(self, ear: str, channel: str, *, whispers: bool) -> None:
        """Make a channel `ear` that hears all that `channel` says and hears, unheard; to bridge with a listener.

        With `whispers` whoever is at `channel`, and nobody else, hears what is said into the ear. It ends with
        `channel`.
        """
        ...

    async def record_bridge(self, bridge: str, recording: str) -> None:
        """Record both directions until `stop_recording`, behind what a file of that name holds already.

        A bridge that is dropped, or that everybody leaves, first takes the word of it along.
        """
        ...

    async def stop_recording(self, recording: str) -> None:
        """End a recording; `Recorded` follows. Nothing happens when it is no more."""
        ...

    async def drop_bridge(self, bridge: str) -> None:
        """Take the bridge apart; its channels live on. Nothing happens when it is no more."""
        ...

    async def hang_up(self, channel: str) -> None:
        """End a channel or leg. Nothing happens when it is no more."""
        ...

    async def turn_away(self, channel: str, sentence: str) -> None:
        """Let the dialplan say a busy sentence (of `TURNED_AWAY`) to a caller who was not answered, and hang up.

        One order, and the caller is no more of ours.
        """
        ...

    async def refuse(self, channel: str) -> None:
        """Hang up on a caller who was not answered, so that their own exchange gives the busy tone."""
        ...

    async def release(self, channel: str) -> None:
        """Give a channel back to the dialplan, which has its recorded fallback."""
        ...

    async def census(self) -> Census:
        """What exists now."""
        ...

    async def there(self, phones: Collection[str]) -> frozenset[str]:
        """Those of these phones that are registered, and answered when the switch last asked them.

        Device states do not tell it while a phone rings or talks.
        """
        ...

    async def rings(self, leg: str) -> bool:
        """Whether the phone of a leg said that it rings, or was answered."""
        ...

    async def packets(self, leg: str) -> int | None:
        """How many packets of sound came from an answered leg until now; None when the switch cannot tell."""
        ...

    async def recorded(self, recording: str) -> Recorded | None:
        """What a recording that ended came to; None when there is none, or it goes on."""
        ...

    def hand_over(self) -> None:
        """Leave everything as it is for the next engine: from now on every order is refused, and nothing is told."""
        ...
