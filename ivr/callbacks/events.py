"""The facts of callbacks: of the call that books one, of the tries, and of the ticket."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.outcomes import CallbackEnd, Reason


@dataclass(frozen=True, slots=True)
class CallbackBooked:
    """A callback took the place of this call. `number` is the one to call, `waited` the seconds that count for it."""

    ticket: str
    """Under this id the callback waits, and the journal tells what becomes of it."""
    line: str
    number: str
    waited: float
    priority: int = 0
    language: str | None = None
    abandoned: bool = False
    """The caller did not ask for it: they hung up, and the line calls those back."""


@dataclass(frozen=True, slots=True)
class CallPlaced:
    """A callback's turn came: the first fact of a try, which is a call of its own, made by us."""

    ticket: str
    line: str
    number: str
    dialled: str
    """The hotline's own number, for which we call."""
    plan: str


@dataclass(frozen=True, slots=True)
class CallerRung:
    """The number to call back was dialled. `CallAnswered` follows, or a `CallEnded` that says why it was not."""

    number: str


@dataclass(frozen=True, slots=True)
class CallbackTried:
    """Told under the ticket: this try did not reach the caller."""

    call: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class CallbackClosed:
    """Told under the ticket: it is done with. `call` is the one that ended it, if one did."""

    end: CallbackEnd
    call: str | None = None
