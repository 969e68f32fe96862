"""Calls that an engine began and the dialplan ended: which of ours a line of the dialplan belongs to.

The switch's id of a channel is in both: in the first fact of our call, and in the dialplan's line. So nothing has to be
set on a channel when it is given back, which may be by a supervisor that knows of no call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from sqlalchemy import Integer, Select, case, func, literal, select

from ivr.events import CallArrived, CallEnded, FallbackEnded
from records.store import Store
from records.tables import journal

NEAR: Final = timedelta(days=1)
"""A call comes to the dialplan within so long after it came to us, and the clock is set by less. Ids of channels come
again only when it is set back to the very second in which an Asterisk began."""
_AT_ONCE: Final = 200


class Told(IntEnum):
    """How far a call of ours has been told."""

    OPEN = 0
    """Its end is not written: an engine has it, or will end it."""
    ENDED = 1
    """As far as it was with us."""
    WHOLE = 2
    """What came of it in the dialplan, too."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A call of ours. `seq` is the number of its last fact."""

    call: str
    seq: int
    told: Told


async def earlier(store: Store, node: str, channels: Mapping[str, datetime]) -> dict[str, Earlier]:
    """The call that this node had on each channel, where it had one; `channels`: when the dialplan had them.

    Raises DBAPIError, NoDatabase.
    """
    names, found = list(channels), dict[str, Earlier]()
    for first in range(0, len(names), _AT_ONCE):
        calls = await _calls(store, node, {name: channels[name] for name in names[first : first + _AT_ONCE]})
        told = {one.call: one for one in await _told(store, list(calls.values()))}
        found |= {name: told[call] for name, call in calls.items()}
    return found


async def _calls(store: Store, node: str, channels: Mapping[str, datetime]) -> dict[str, str]:
    """Channel → call: of several the nearest in time."""
    channel, at = journal.c.data["channel"].as_string(), journal.c.at
    since, until = min(channels.values()) - NEAR, max(channels.values()) + NEAR
    query = select(journal.c.call, channel.label("channel"), at).where(
        *(journal.c.kind == CallArrived.__name__, journal.c.node == node, at >= since, at <= until),
        channel.in_(list(channels)),
    )
    apart = {
        (row["channel"], row["call"]): abs(row["at"] - channels[row["channel"]]) for row in await store.rows(query)
    }
    near = sorted((pair for pair, far in apart.items() if far <= NEAR), key=lambda pair: apart[pair], reverse=True)
    return dict(near)


async def _told(store: Store, calls: Sequence[str]) -> list[Earlier]:
    return [Earlier(row["call"], row["seq"], Told(row["told"])) for row in await store.rows(_ends(calls))]


def _ends(calls: Sequence[str]) -> Select[str, int, int]:
    kind = journal.c.kind
    whole, ended, open_ = (literal(told.value, Integer) for told in (Told.WHOLE, Told.ENDED, Told.OPEN))
    told = case((kind == FallbackEnded.__name__, whole), (kind == CallEnded.__name__, ended), else_=open_)
    return (
        select(journal.c.call, func.max(journal.c.seq).label("seq"), func.max(told).label("told"))
        .where(journal.c.call.in_(calls))
        .group_by(journal.c.call)
    )
