"""Where a call got to, said of a place in the walk (`routing.walk`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from routing.steps import Came, Enter, Finish, Inquire, Listen, Silent, TakeMessage, Told
from routing.walk import Position

EndKind = Literal["line", "outside", "message", "information", "callback", "hangup"]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a call got to, in the words that the dry walk, the CDR and `hotline call` share."""

    kind: EndKind
    line: str | None
    open: bool
    why: str


def destination(position: Position, came: Came | None = None) -> Destination | None:
    """The destination that this position is; None while the caller is still on the way.

    A library of recordings is one when nothing but silence `came` of it, a question of how an order stands when it was
    answered.
    """
    line, opening = position.way.line, position.way.opening
    kind: EndKind
    match position.step:
        case Enter(outside=outside):
            kind = "outside" if outside else "line"
        case TakeMessage() | Finish(left=True):
            kind = "message"
        case Finish() if position.way.booked:
            kind = "callback"
        case Finish():
            kind = "information" if line is not None and not opening.open else "hangup"
        case Listen() if came == Silent():
            kind = "information"
        case Inquire() if isinstance(came, Told):
            kind = "information"
        case _:
            return None
    return Destination(kind, line, opening.open, opening.why)
