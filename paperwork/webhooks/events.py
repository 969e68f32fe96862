"""What others may be told of: each event is made from rows that are there for good, so it can be made again.

An event's id is that of its fact and never changes: whoever gets it twice can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import RowMapping, Select, Text, and_, cast, literal, select
from sqlalchemy.sql import func

from ivr.events import MessageLeft
from records.clock import wall_time
from records.paper_tables import answers, filings, orders
from records.privacy import mask, mask_text
from records.tables import cdr, journal


class Event(StrEnum):
    """What may be told."""

    CALL_ENDED = "call.ended"
    MESSAGE_LEFT = "message.left"
    ANSWER_SIGNED = "answer.signed"
    ORDER_DUE = "order.due"
    RADAR_ALARM = "radar.alarm"
    PING = "ping"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Event.CALL_ENDED: "通话结束",
    Event.MESSAGE_LEFT: "收到留言",
    Event.ANSWER_SIGNED: "接听记录单已审定",
    Event.ORDER_DUE: "转办单到期提醒",
    Event.RADAR_ALARM: "热点预警",
    Event.PING: "测试",
}

OFFERED: Final = tuple(event for event in Event if event is not Event.PING)
"""What a webhook may be for; `ping` is sent by hand alone."""

_PAPERS: Final[Mapping[Event, tuple[str, str]]] = {
    Event.ANSWER_SIGNED: ("answer:", "signed"),
    Event.ORDER_DUE: ("order:", "escalate"),
    Event.RADAR_ALARM: ("radar:", "raised"),
}
"""Event → how its papers' names begin, and what was filed in them."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event. `data` has no whole number of a caller."""

    event: Event
    id: str
    at: datetime
    data: Mapping[str, Any]

    def body(self) -> dict[str, Any]:
        """What is sent."""
        return {"id": self.id, "event": self.event.value, "at": wall_time(self.at), "data": dict(self.data)}


def since(event: Event, at: datetime) -> Select[Any]:
    """The rows behind an event from an instant on, oldest first; columns `event_id` and `event_at` beside theirs."""
    match event:
        case Event.CALL_ENDED:
            key = literal(f"{event}:") + cdr.c.id
            query = select(cdr, key.label("event_id"), cdr.c.ended.label("event_at")).where(cdr.c.ended >= at)
            return query.order_by(cdr.c.ended, cdr.c.id)
        case Event.MESSAGE_LEFT:
            key = literal(f"{event}:") + journal.c.call + literal("~") + cast(journal.c.seq, Text)
            query = select(journal, key.label("event_id"), journal.c.at.label("event_at"))
            query = query.where(journal.c.kind == MessageLeft.__name__, journal.c.at >= at)
            return query.order_by(journal.c.at, journal.c.call)
        case _:
            return _filed(event, at)


def _filed(event: Event, at: datetime) -> Select[Any]:
    prefix, kind = _PAPERS[event]
    key = literal(f"{event}:") + func.substr(filings.c.paper, len(prefix) + 1) + literal("~")
    whole = select(filings, (key + cast(filings.c.seq, Text)).label("event_id"), filings.c.at.label("event_at"))
    match event:
        case Event.ORDER_DUE:
            named = literal(prefix) + orders.c.number == filings.c.paper
            whole = whole.add_columns(*(orders.c[name].label(f"of_{name}") for name in _OF_ORDER))
            whole = whole.join(orders, named).where(orders.c.test.is_(False))
        case Event.ANSWER_SIGNED:
            named = literal(prefix) + answers.c.call == filings.c.paper
            whole = whole.add_columns(*(answers.c[name].label(f"of_{name}") for name in _OF_ANSWER))
            whole = whole.join(answers, named)
        case _:
            pass
    paper = and_(filings.c.paper >= prefix, filings.c.paper < prefix[:-1] + ";")
    query = whole.where(filings.c.kind == kind, paper, filings.c.at >= at)
    return query.order_by(filings.c.at, filings.c.paper, filings.c.seq)


_OF_ORDER = ("number", "state", "line", "kind", "category", "urgency", "unit", "done_by", "hand_on_by")
_OF_ANSWER = ("number", "call", "line", "kind", "category", "agent", "work_order")


def told(event: Event, row: RowMapping) -> Told:
    """The event that a row of `since` is."""
    make = {
        Event.CALL_ENDED: _call,
        Event.MESSAGE_LEFT: _message,
        Event.ANSWER_SIGNED: _answer,
        Event.ORDER_DUE: _order,
        Event.RADAR_ALARM: _radar,
    }[event]
    return Told(event, row["event_id"], row["event_at"], make(row))


def _call(row: RowMapping) -> dict[str, Any]:
    return {
        "call": row["id"],
        "started": wall_time(row["started"]),
        "answered": row["answered"] and wall_time(row["answered"]),
        "ended": wall_time(row["ended"]),
        "number": mask(row["number"]),
        "line": row["line"],
        "agent": row["agent"],
        "outcome": row["outcome"],
        "reason": row["reason"],
        "waited": row["waited"],
        "talked": row["talked"],
        "test": row["test"],
    }


def _message(row: RowMapping) -> dict[str, Any]:
    data = row["data"]
    return {
        "call": row["call"],
        "line": data.get("line"),
        "recording": data.get("file"),
        "seconds": data.get("seconds"),
    }


def _answer(row: RowMapping) -> dict[str, Any]:
    return {name: row[f"of_{name}"] for name in _OF_ANSWER}


def _order(row: RowMapping) -> dict[str, Any]:
    found = {name: row[f"of_{name}"] for name in _OF_ORDER}
    found |= {name: found[name] and wall_time(found[name]) for name in ("done_by", "hand_on_by")}
    told_of = [{name: one[name] for name in ("who", "unit") if name in one} for one in row["data"].get("told", ())]
    return {**found, **{name: row["data"].get(name) for name in ("clock", "step", "due", "deadline")}, "told": told_of}


def _radar(row: RowMapping) -> dict[str, Any]:
    return {"alarm": row["paper"].partition(":")[2], **_masked(row["data"])}


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return mask_text(value) if isinstance(value, str) else value
