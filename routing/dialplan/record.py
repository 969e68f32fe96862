"""What the dialplan writes down of a call that it served alone, for the engine's return: one line at its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from routing.dialplan.text import Step

LEVEL = "fallback_call"
"""Asterisk's log level of these lines; it goes into a file of its own."""

_MARK = "fallback-call "
_FIELDS = (
    "${UNIQUEID}", "${STARTED}", "${EPOCH}", "${NUMBER}", "${REACHED}", "${DIALSTATUS}", "${SPOKEN}", "${WAY}",
)  # fmt: skip

SPOKEN = 'Set(SPOKEN=$[${EPOCH} - ${BEGAN} - ${IF($["${RECORD_STATUS}" = "SILENCE"]?${HUSH}:0)}])'
"""The step after a recording that counts its seconds, `HUSH` seconds of silence at its end left out."""

AT_THE_END: tuple[str | Step, ...] = (
    'GotoIf($["${RECORD_STATUS}" != "HANGUP"]?written)',
    SPOKEN,
    Step(f"Log({LEVEL},{_MARK}{'|'.join(_FIELDS)})", "written"),
)
"""The steps when a call is over; a message mostly ends by hanging up. All that a caller has a hand in are digits, keys,
and names of the plan."""

SHORTEST_MESSAGE = 2
"""Seconds of speech that make a recording a message."""


@dataclass(frozen=True, slots=True)
class FallbackCall:
    """A call that the dialplan served without an engine."""

    id: str
    """Asterisk's UNIQUEID; a message it left is `recordings/fallback/ID.wav`."""
    started: datetime
    ended: datetime
    number: str
    """The caller's, digits; empty when withheld."""
    kind: str | None
    """Where it got to first, in the words of a walk's destination; None when the caller hung up on the way."""
    line: str | None
    open: bool
    talked: bool
    spoken: int | None
    """Seconds that the caller spoke into a recording; None when there is none."""
    way: tuple[str, ...]
    """Nodes and lines in order, `NODE:KEYS` where keys were typed; the last ones when there were very many."""

    @property
    def left_a_message(self) -> bool:
        return self.spoken is not None and self.spoken >= SHORTEST_MESSAGE


def read(line: str) -> FallbackCall | None:
    """The call that a line of Asterisk's log tells of; None when it tells of something else.

    Raises ValueError for a line about a call that was cut short or spoiled.
    """
    _, mark, told = line.rstrip("\n").partition(_MARK)
    if not mark:
        return None
    fields = told.split("|")
    if len(fields) != len(_FIELDS):
        raise ValueError(f"{len(fields)} fields where a call has {len(_FIELDS)}")
    unique, started, ended, number, reached, dialled, spoken, way = fields
    kind, _, rest = reached.partition("/")
    chosen, _, admitted = rest.partition("/")
    return FallbackCall(
        unique,
        _instant(started),
        _instant(ended),
        number,
        kind or None,
        chosen or None,
        admitted != "closed",
        dialled == "ANSWER",
        int(spoken) if spoken else None,
        tuple(way.split()),
    )


def _instant(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{seconds[:20]!r} is no time") from error
