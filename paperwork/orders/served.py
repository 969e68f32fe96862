"""Which lines served a call and who talked in it: whose call it is, before anybody writes an order about it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from ivr.callbacks.events import CallPlaced
from ivr.events import MessageLeft, TalkBegan, WaitBegan
from records.paper_tables import answer_talks, answers
from records.store import Store
from records.tables import cdr, journal, kind_found

_SERVED = (CallPlaced.__name__, WaitBegan.__name__, TalkBegan.__name__, MessageLeft.__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """A call as the records know it, living or ended."""

    lines: tuple[str, ...]
    """That it was made for, waited on, talked on or left a message on, in their order."""
    spoken: frozenset[str]
    """Those of its answer record: on which somebody talked. Empty when it has no record."""
    agents: frozenset[str]
    """Who talked in it."""

    def closing(self) -> frozenset[str]:
        """The lines by which its papers are closed: of the record, as the record itself; else all that served it."""
        return self.spoken or frozenset(self.lines)


async def served_of(store: Store, call: str) -> Served:
    """What the journal, the call detail record and the answer record say of a call."""
    facts = await store.rows(
        select(journal.c.kind, journal.c.data)
        .where(journal.c.call == call, kind_found.in_(_SERVED))
        .order_by(journal.c.seq)
    )
    talks = await store.rows(
        select(answer_talks.c.line, answer_talks.c.agent)
        .where(answer_talks.c.call == call, answer_talks.c.began)
        .order_by(answer_talks.c.fact)
    )
    answer = await store.row(select(answers.c.line, answers.c.agent).where(answers.c.call == call))
    record = await store.row(select(cdr.c.line).where(cdr.c.id == call))
    talked = [fact["data"] for fact in facts if fact["kind"] == TalkBegan.__name__] + [dict(talk) for talk in talks]
    if answer is not None:
        talked.append(dict(answer))
    lines = [fact["data"].get("line") for fact in facts] + [talk["line"] for talk in talked]
    if record is not None:
        lines.append(record["line"])
    return Served(
        tuple(dict.fromkeys(line for line in lines if line)),
        frozenset(talk["line"] for talk in talked if talk["line"]) if answer is not None else frozenset(),
        frozenset(talk["agent"] for talk in talked if talk["agent"]),
    )
