"""What the walk asks for next, and what may come of it.

`prompts` are the names of sounds, already in the caller's language.
"""

from __future__ import annotations

from dataclasses import dataclass

from routing.calendar import Opening

# ── steps ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Say:
    """Say the prompts. A key cuts them short and stays typed ahead. Comes of it: `Said`, or `Pressed("0")`."""

    node: str
    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Say, then wait for one key. Comes of it: `Pressed` or `Silent`."""

    node: str
    prompts: tuple[str, ...]
    wait: float
    keeps: frozenset[str] | None = None
    """Only these keys are taken; another one stays typed ahead and counts as silence. None takes any."""


@dataclass(frozen=True, slots=True)
class Collect:
    """Say, then take digits until `most`, the terminator, or `wait` seconds of silence. Comes of it: `Entered`."""

    node: str
    prompts: tuple[str, ...]
    most: int
    terminator: str | None
    wait: float


@dataclass(frozen=True, slots=True)
class Confirm:
    """Say, read the digits back, say the choices, then wait for one key. Comes of it: `Pressed` or `Silent`."""

    node: str
    prompts: tuple[str, ...]
    digits: str
    choices: tuple[str, ...]
    wait: float


@dataclass(frozen=True, slots=True)
class Listen:
    """Say a recording of a library and the choices, then wait for one key. Comes of it: `Pressed` or `Silent`."""

    node: str
    prompts: tuple[str, ...]
    wait: float


@dataclass(frozen=True, slots=True)
class Rate:
    """Ask for a judgement by one key. Comes of it: `Pressed` or `Silent`."""

    node: str
    prompts: tuple[str, ...]
    wait: float
    line: str | None
    """The line that is judged."""


@dataclass(frozen=True, slots=True)
class Enter:
    """Say, then join the line's waiting callers. Comes of it: `Talked`, `PassedOn`, `GaveUp`, `Closed`, `Pressed`.

    (`Pressed`: one of the `keys`.)
    """

    node: str
    prompts: tuple[str, ...]
    """Must be heard before anybody talks: the notice of recording."""
    welcome: tuple[str, ...]
    """Said while the first phone rings already."""
    outside: bool
    """The line has no agents of ours: callers are passed to its outside number."""
    opening: Opening
    priority: int = 0
    """Points of the call's own, beside the line's."""
    keys: frozenset[str] = frozenset()
    """Live while the caller waits; `Pressed` tells of these alone."""
    language: str | None = None
    """The variant that the caller chose: agents who speak it are rung first."""
    refuse: str | None = None
    """Typed from these prompts on until somebody answers, it means that the caller is not to be recorded."""
    past: frozenset[int] = frozenset()
    """Limits of the line, by their place, for which it gave this call up before."""

    @property
    def line(self) -> str:
        return self.node


@dataclass(frozen=True, slots=True)
class Book:
    """Say, agree on a number, and book a callback on `line`. Comes of it: `Booked`, or `Pressed` or `Silent`: declined.

    Words that are empty are the house's own.
    """

    node: str
    prompts: tuple[str, ...]
    line: str
    own: tuple[str, ...]
    """Said before the number that calls is read."""
    other: tuple[str, ...]
    """Asks for another number."""
    choices: tuple[str, ...]
    """Said after a number was read: `1` takes it, `2` asks for another."""
    refused: tuple[str, ...]
    """Said of a number that may not be called."""
    wait: float


@dataclass(frozen=True, slots=True)
class Inquire:
    """Say, take an order's number and the last four digits of a telephone number, and tell how the order stands.

    Comes of it: `Told` or `Untold`; `Pressed("0")` or `Pressed("*")`, or `Silent`: the caller asks for nothing more.
    Words that are empty are the house's own.
    """

    node: str
    prompts: tuple[str, ...]
    last_four: tuple[str, ...]
    """Asks for the four digits."""
    unmatched: tuple[str, ...]
    """Said when the two don't belong together."""
    choices: tuple[str, ...]
    """Said after the state: `1` says it again."""
    unavailable: tuple[str, ...]
    """Said when nothing can be looked up."""
    nothing_heard: tuple[str, ...]
    """Said after silence, before asking once more."""
    wait: float
    mistakes: int
    """The how-manieth in one call is the last."""
    mistakes_an_hour: int
    mistakes_a_day: int


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Say, beep, record. Comes of it: `Recorded`."""

    node: str
    prompts: tuple[str, ...]
    limit: float
    silence: float
    thanks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """Say, then hang up. Comes of it: `Said`."""

    node: str
    prompts: tuple[str, ...]
    left: bool = False
    """Thanks for a message that was left."""


Step = Say | Ask | Collect | Confirm | Listen | Rate | Enter | Book | Inquire | TakeMessage | Finish

# ── what came of a step ─────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Said:
    """Heard to the end, or cut short by a key that is kept."""


@dataclass(frozen=True, slots=True)
class Pressed:
    key: str


@dataclass(frozen=True, slots=True)
class Silent:
    """No key in time, or none that this step takes."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The digits that were typed, without the terminator; empty for silence."""

    digits: str


@dataclass(frozen=True, slots=True)
class Talked:
    """Caller and line talked, and the other side hung up."""


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Somebody passed the caller on to a line. `heard`: its notice and welcome, already."""

    line: str
    heard: bool


@dataclass(frozen=True, slots=True)
class GaveUp:
    """The line gave the waiting call up: for a limit of its own, by its place, or for one that every line has."""

    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """A callback was booked; it has the caller's place."""


@dataclass(frozen=True, slots=True)
class Told:
    """The caller heard how their order stands; `key` is what they pressed then, `0` leads to a person."""

    key: str | None = None


@dataclass(frozen=True, slots=True)
class Untold:
    """No state could be told: too many mistakes, or nothing can be looked up."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The line's hours ended while the call waited, and the line does not serve those who are left."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recording of a message ended; whether the caller left anything."""

    left: bool


Came = Said | Pressed | Silent | Entered | Talked | PassedOn | GaveUp | Booked | Told | Untold | Closed | Recorded
