"""An order as programs are shown it: words with their labels, wall times, persons masked unless they are asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping

from paperwork.filing import Filing
from paperwork.kind import Kind
from paperwork.orders.accused import NONE
from paperwork.orders.digits import spoken_digits
from paperwork.orders.order import OPENED, Order, row_of
from paperwork.orders.orders import Held
from paperwork.orders.sheet import Names, sheet_json, sheet_of
from paperwork.orders.state import Move, State, allowed
from paperwork.orders.words import (
    Acceptance,
    Clock,
    Feedback,
    Gender,
    Means,
    Result,
    Satisfaction,
    Source,
    Told,
    Urgency,
    Word,
)
from records.clock import wall_time
from records.privacy import mask, mask_name, mask_prose

_WORDS: Final[Mapping[str, type[Word]]] = {
    "state": State,
    "source": Source,
    "urgency": Urgency,
    "gender": Gender,
    "feedback": Feedback,
    "result": Result,
    "satisfaction": Satisfaction,
    "clock": Clock,
}
_TIMES: Final = (
    *("opened", "accepted", "signed", "hand_on_by", "handed_on", "done_by", "done", "answered", "closed", "due"),
)
_PLAIN: Final = ("number", "seq", "call", "line", "category", "place", "unit", "against", "opened_by", "signed_by")
_MORE: Final = ("reopened", "urged", "recording", "outside_number", "test")

_NUMBERS: Final = frozenset({"contact", "caller"})
_TEXTS: Final = frozenset({"content", "text", "reason", "note"})
VEILED: Final = frozenset({"content", "text", "reason", "note", "asked_by", "contact", "caller", "recording", "place"})
"""What nobody sees of an order of a confidential line but who listens there, and who opened it."""
VEIL: Final = "（保密）"


def order_json(row: Mapping[str, Any] | RowMapping, now: datetime, names: Names, *, private: bool) -> dict[str, Any]:
    """One row of the list."""
    told: dict[str, Any] = {name: row[name] for name in _PLAIN}
    told["digits"] = None if row["test"] else spoken_digits(row["number"])
    for name, words in _WORDS.items():
        told[name] = row[name]
        told[f"{name}_label"] = None if row[name] is None else words(row[name]).label
    told["kind"] = row["kind"]
    told["kind_label"] = None if row["kind"] is None else Kind(row["kind"]).label
    told["line_name"] = row["line"] and names.line(row["line"])
    told["unit_name"] = row["unit"] and names.unit(row["unit"])
    told["category_path"] = row["category"] and names.category(row["category"])
    told["opened_by_name"] = names.person(row["opened_by"])
    for name in _TIMES:
        told[name] = row[name] and wall_time(row[name])
    told["overdue"] = row["due"] is not None and now > row["due"]
    for name in ("asked_by", "contact", "caller", "content"):
        told[name] = seen(name, row[name], private=private)
    return told | {name: row[name] for name in _MORE}


def seen(name: str, value: Any, *, private: bool) -> Any:
    """A field, masked unless `private`."""
    if private or not isinstance(value, str):
        return value
    if name in _NUMBERS:
        return mask(value)
    if name == "asked_by":
        return mask_name(value)
    return mask_prose(value) if name in _TEXTS else value


def whole_json(held: Held, now: datetime, names: Names, *, private: bool) -> dict[str, Any]:
    """One order with its history, its form and what may be done with it."""
    order = held.order
    return {
        "order": order_json(row_of(order, None), now, names, private=private),
        "moves": moves_json(order),
        "history": [fact_json(fact, names, private=private) for fact in held.facts],
        "sheet": sheet_json(sheet_of(order, names, private=private)),
    }


def moves_json(order: Order) -> list[dict[str, str]]:
    """What people may do with it as it stands, in the words of the API."""
    words = dict.fromkeys(Move.VISIT if move is Move.MISS else move for move in allowed(order.state))
    return [{"move": typed(move), "label": move.label} for move in words]


def typed(move: Move) -> str:
    """A move as it is written in addresses and commands: `hand-on`."""
    return move.replace("_", "-")


def fact_json(fact: Filing, names: Names, *, private: bool) -> dict[str, Any]:
    """One filing."""
    label = "登记" if fact.kind == OPENED else Move(fact.kind).label
    return {
        "seq": fact.seq,
        "at": wall_time(fact.at),
        "who": fact.who,
        "name": names.person(fact.who),
        "kind": fact.kind,
        "label": label,
        "data": _data(fact.data, private=private) | _meant(fact.data, names),
    }


def _meant(data: Mapping[str, Any], names: Names) -> dict[str, str | None]:
    """What the unit is called that turned out to be complained of; None for none of the register's."""
    said = data.get("complained_of")
    return {} if said is None else {"complained_of_name": None if said == NONE else names.unit(said)}


def _data(data: Mapping[str, Any], *, private: bool) -> dict[str, Any]:
    return {
        name: _data(value, private=private) if isinstance(value, Mapping) else seen(name, value, private=private)
        for name, value in data.items()
    }


def veiled(told: dict[str, Any]) -> dict[str, Any]:
    """An order of a confidential line as everybody else sees it: that it is there and where it stands."""
    return {name: VEIL if name in VEILED and value is not None else value for name, value in told.items()}


def veiled_whole(told: dict[str, Any]) -> dict[str, Any]:
    """As `veiled`, of `whole_json`."""
    history = [{**fact, "data": {}} for fact in told["history"]]
    return {**told, "order": veiled(told["order"]), "history": history, "sheet": None}


def words_json(moves: Collection[Move] = tuple(Move)) -> dict[str, Any]:
    """Every word of an order with what people call it: what a screen's lists are filled with."""
    return {
        "states": State.choices(),
        "sources": Source.choices(),
        "kinds": {str(kind): kind.label for kind in Kind},
        "urgencies": Urgency.choices(),
        "acceptances": Acceptance.choices(),
        "genders": Gender.choices(),
        "feedback": Feedback.choices(),
        "means": Means.choices(),
        "results": Result.choices(),
        "satisfactions": Satisfaction.choices(),
        "clocks": Clock.choices(),
        "told": Told.choices(),
        "moves": {typed(move): move.label for move in moves if move not in (Move.ESCALATE, Move.MISS)},
    }
