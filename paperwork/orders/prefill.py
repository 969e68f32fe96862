"""What is known of a call before anybody writes an order: its answer record, and the number that called."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import RowMapping, select

from ivr.callbacks.events import CallPlaced
from ivr.events import CallArrived
from paperwork.orders.served import served_of
from paperwork.orders.words import Gender
from records.paper_tables import answers
from records.store import Store
from records.tables import cdr, journal, kind_found

_FIELDS: Final = ("asked_by", "contact", "kind", "category", "place", "content", "line")


@dataclass(frozen=True, slots=True)
class Known:
    """What an order begins with. `there`: something is known of the call at all."""

    there: bool = False
    body: Mapping[str, Any] = field(default_factory=dict)
    caller: str | None = None
    test: bool = False
    confidential: bool = False
    """A confidential line served it: the order stays that line's, whatever else is said."""


async def known_of(
    store: Store, call: str, quiet: Collection[str], closed: Collection[str] = (), *, line: str | None = None
) -> Known:
    """What the records know of a call, living or ended; no number of one whose line keeps none.

    Of the lines that served it a confidential one (`closed`) is the order's: who is passed on from another line to it
    spoke there of what nobody else reads. One that keeps no numbers (`quiet`) goes before one that does.
    """
    answer = await store.row(select(answers).where(answers.c.call == call))
    record = await store.row(select(cdr.c.line, cdr.c.number).where(cdr.c.id == call))
    arrived = await store.row(
        select(journal.c.data).where(
            journal.c.call == call, kind_found.in_((CallArrived.__name__, CallPlaced.__name__))
        )
    )
    served = [*(await served_of(store, call)).lines, *([line] if line else [])]
    secret = bool(set(served) & set(quiet))
    hidden = [one for one in served if one in quiet] + [one for one in served if one in closed]
    line = next(iter(hidden), None) or (answer and answer["line"]) or (record and record["line"]) or line
    number = str(arrived["data"].get("number") or "") if arrived is not None else ""
    kept = number if not secret and number and "*" not in number else None
    body = {} if answer is None else _body(answer)
    if secret:  # who leaves them for an answer says so for the order itself
        body = {name: value for name, value in body.items() if name not in ("contact", "asked_by")}
    if line:
        body["line"] = line
    if kept is not None and not body.get("contact") and _is_number(kept):
        body["contact"] = kept
    there = answer is not None or record is not None or arrived is not None
    test = bool(answer and answer["test"]) or bool(arrived and arrived["data"].get("test"))
    return Known(there, body, kept, test, bool(hidden))


def _body(answer: RowMapping) -> dict[str, Any]:
    body = {name: answer[name] for name in _FIELDS if answer[name]}
    if answer["gender"] in set(Gender):
        body["gender"] = answer["gender"]
    return body


def _is_number(text: str) -> bool:
    return text.isascii() and text.lstrip("+").isdigit() and len(text) >= 7
