"""The running floor as the desk asks for it: the same functions as the door for commands, its refusals in our words."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from typing import Any, Final

from aiohttp import web

from desk.asked import Asked
from desk.refusal import Refusal
from hotline.floor_door import FloorDoor
from hotline.floor_state import FloorState
from ivr import events
from ivr.journal import Entry

SHOWS: Final = (
    events.CallerBack,
    events.CallerHeld,
    events.CallEnded,
    events.CallRaised,
    events.ConsultationAnswered,
    events.ConsultationBegan,
    events.ConsultationEnded,
    events.Flagged,
    events.LeaderCame,
    events.LeaderLeft,
    events.TalkBegan,
    events.TalkEnded,
)
"""Facts of calls that change how the floor looks, or what the day came to, though the floor ordered nothing."""


def shows(entry: Entry) -> bool:
    """Whether desks should be told of the floor anew for this fact."""
    return isinstance(entry.event, SHOWS)


class DeskFloor:
    """Is `desk.floor_api.Floor`."""

    def __init__(self, state: FloorState, door: FloorDoor) -> None:
        self._state, self._door = state, door

    def floor(self, *, private: bool = False) -> dict[str, Any]:
        """As `hotline floor --json`; with whole numbers when `private`."""
        return self._state.to_json(private=private)

    async def desk(self, agent: str, verb: str, asked: Asked) -> Any:
        """What an agent wants. Raises Refusal."""
        return await _in_our_words(self._door.desk(agent, verb, asked))

    async def lead(self, leader: str, verb: str, asked: Asked) -> Any:
        """What a shift leader wants. Raises Refusal."""
        return await _in_our_words(self._door.lead(leader, verb, asked))


async def _in_our_words(work: Awaitable[Any]) -> Any:
    try:
        return await work
    except web.HTTPBadRequest as error:
        words = json.loads(error.text or "{}").get("error", "it cannot be done")
        raise Refusal(409, "refused", str(words)) from None
