"""The states of a conversation: which command fits which of them, and where everybody is in it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """What goes on."""

    TALKING = "talking"
    HELD = "held"  # the caller hears music, the agent nothing
    ASKING = "asking"  # the caller hears music, the agent hears somebody's phone ring
    CONSULTING = "consulting"  # the caller hears music, the agent talks with whom they asked
    TOGETHER = "together"  # caller and at least two others
    AWAY = "away"  # the agent's browser is gone, and may come back; the caller hears music
    PASSING = "passing"  # the agent is gone, an outside number rings, the caller hears music
    OVER = "over"


class Command(StrEnum):
    """What an agent or a shift leader may want."""

    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"
    CONSULT = "consult"
    COMPLETE = "complete"
    CANCEL = "cancel"
    MERGE = "merge"
    LEAVE = "leave"
    JOIN = "join"
    TAKE = "take"
    FLAG = "flag"  # fits whatever goes on
    PAUSE_RECORDING = "pause-recording"
    RESUME_RECORDING = "resume-recording"


_S, _C = State, Command
MOVES: Mapping[tuple[State, Command], State] = {
    (_S.TALKING, _C.HOLD): _S.HELD,
    (_S.HELD, _C.HOLD): _S.HELD,
    (_S.HELD, _C.RESUME): _S.TALKING,
    (_S.TALKING, _C.RESUME): _S.TALKING,
    **{(state, _C.PAUSE_RECORDING): state for state in (_S.TALKING, _S.HELD, _S.TOGETHER)},
    **{(state, _C.RESUME_RECORDING): state for state in (_S.TALKING, _S.HELD, _S.TOGETHER)},
    (_S.TALKING, _C.TRANSFER): _S.OVER,  # PASSING to an outside number
    (_S.HELD, _C.TRANSFER): _S.OVER,
    (_S.TALKING, _C.CONSULT): _S.ASKING,  # CONSULTING once it is answered, TALKING when it is not
    (_S.HELD, _C.CONSULT): _S.ASKING,
    (_S.ASKING, _C.CANCEL): _S.TALKING,
    (_S.CONSULTING, _C.CANCEL): _S.TALKING,
    (_S.CONSULTING, _C.COMPLETE): _S.TALKING,
    (_S.CONSULTING, _C.MERGE): _S.TOGETHER,
    (_S.TOGETHER, _C.LEAVE): _S.TALKING,
    (_S.TOGETHER, _C.COMPLETE): _S.TALKING,
    (_S.TALKING, _C.JOIN): _S.TOGETHER,
    (_S.TOGETHER, _C.JOIN): _S.TOGETHER,
    (_S.TALKING, _C.TAKE): _S.TALKING,
    (_S.HELD, _C.TAKE): _S.TALKING,
    (_S.ASKING, _C.TAKE): _S.TALKING,
    (_S.CONSULTING, _C.TAKE): _S.TALKING,
    (_S.TOGETHER, _C.TAKE): _S.TALKING,
    (_S.AWAY, _C.TAKE): _S.TALKING,
}
"""Where a command leads; an absent pair is refused."""

SAYS: Mapping[State, str] = {
    _S.TALKING: "you talk with the caller, and nobody is asked",
    _S.HELD: "the caller is on hold: resume first",
    _S.ASKING: "whom you asked has not answered yet",
    _S.CONSULTING: "you talk with whom you asked: complete, cancel or merge first",
    _S.TOGETHER: "several talk together: leave first",
    _S.AWAY: "your line broke: it comes back by itself",
    _S.PASSING: "the caller was passed on",
    _S.OVER: "the talk is over",
}


class Spot(StrEnum):
    """Where a channel is."""

    TALK = "talk"  # with the caller
    ASIDE = "aside"  # a consultation
    MUSIC = "music"
    ALONE = "alone"
    RINGING = "ringing"  # hears that a phone rings


SPOTS: Mapping[State, tuple[Spot, Spot]] = {
    _S.TALKING: (Spot.TALK, Spot.TALK),
    _S.HELD: (Spot.MUSIC, Spot.ALONE),
    _S.ASKING: (Spot.MUSIC, Spot.RINGING),
    _S.CONSULTING: (Spot.MUSIC, Spot.ASIDE),
    _S.TOGETHER: (Spot.TALK, Spot.TALK),
    _S.AWAY: (Spot.MUSIC, Spot.ALONE),
    _S.PASSING: (Spot.MUSIC, Spot.ALONE),
    _S.OVER: (Spot.ALONE, Spot.ALONE),
}
"""Where the caller is, and where those are who talk with them."""
