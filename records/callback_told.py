"""How an account tells of a callback: booked in one call, made in another, closed under its ticket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ivr.callbacks.events import CallbackBooked, CallbackClosed, CallbackTried, CallerRung, CallPlaced
from records import account_words as words
from records.privacy import mask
from records.teller import Teller


def _booked(teller: Teller, event: CallbackBooked, at: datetime) -> str:
    return teller.say(
        "callback_abandoned" if event.abandoned else "callback_booked",
        ticket=event.ticket,
        line=teller.line(event.line),
        number=mask(event.number),
        waited=teller.lasted(event.waited),
    )


def _placed(teller: Teller, event: CallPlaced, at: datetime) -> str:
    return teller.say("callback_placed", ticket=event.ticket, line=teller.line(event.line), number=mask(event.number))


def _rung(teller: Teller, event: CallerRung, at: datetime) -> str:
    return teller.say("callback_rung", number=mask(event.number))


def _tried(teller: Teller, event: CallbackTried, at: datetime) -> str:
    return teller.say("callback_tried", call=event.call, reason=teller.word(words.REASONS[event.reason]))


def _closed(teller: Teller, event: CallbackClosed, at: datetime) -> str:
    return teller.say("callback_closed", end=teller.word(words.CALLBACKS[event.end]))


CALLBACKS_TOLD: Mapping[type, Callable[[Teller, Any, datetime], str]] = {
    CallbackBooked: _booked,
    CallPlaced: _placed,
    CallerRung: _rung,
    CallbackTried: _tried,
    CallbackClosed: _closed,
}
"""How each of these facts is told."""
