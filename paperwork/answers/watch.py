"""Completeness, watched: which records still need something, whose they are, and which are late.

Counts come from the database; the records in somebody's hands (a talk goes on, or something is missing) are kept here,
so that the desk can show them without asking. Whoever watches from another process is told of both: of each record
that was written (`Handed`) and of each look (`Standing`); `hands` puts them together again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

import structlog
from sqlalchemy import RowMapping, func, or_, select

from paperwork.answers.complete import missing, missing_of
from paperwork.answers.record import Record
from paperwork.answers.row import body_of
from paperwork.answers.rules import AnswerRules
from paperwork.answers.words import State
from records.clock import wall_time
from records.paper_tables import answers
from records.store import Store

log = structlog.get_logger(__name__)

MOST = 1000
"""Records in hand that are kept, and late ones that are told one by one: the newest; counts have all."""
PORTION = 200
"""Records that are judged at once: calls are served in the same loop."""


@dataclass(frozen=True, slots=True)
class InHand:
    """A record that somebody has to do with now."""

    call: str
    number: str
    seq: int
    state: State
    line: str
    owner: str
    at: datetime
    over: datetime | None
    missing: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "call": self.call,
            "number": self.number,
            "seq": self.seq,
            "state": self.state,
            "line": self.line,
            "agent": self.owner,
            "at": wall_time(self.at),
            "talking": self.over is None,
            "missing": list(self.missing),
        }


@dataclass(frozen=True, slots=True)
class Late:
    """A record that is incomplete for too long."""

    call: str
    number: str
    line: str
    owner: str
    since: datetime
    """When its last talk ended."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a record with this filing: it is in somebody's hands now, or (None) in nobody's any more."""

    call: str
    seq: int
    hand: InHand | None

    @classmethod
    def of(cls, record: Record, rules: AnswerRules) -> Handed:
        """Judged by these rules."""
        owner, over = record.owner, record.over
        if owner is None or record.state is State.SIGNED or (over is not None and record.state is State.FILLED):
            return cls(record.call, record.seq, None)
        lacks = missing_of(record, rules)
        hand = InHand(record.call, record.number, record.seq, record.state, record.line, owner, record.at, over, lacks)
        return cls(record.call, record.seq, hand)


@dataclass(frozen=True, slots=True)
class Standing:
    """How all of them stood at a look that began at `began`: seconds of the machine's clock that never steps."""

    began: float
    hand: tuple[InHand, ...] = ()
    incomplete: Mapping[str, int] = field(default_factory=dict)
    """How many records of each line lack something, though their last talk is over."""
    late: Mapping[str, int] = field(default_factory=dict)
    """How many of them for longer than the rules allow."""
    latest: tuple[Late, ...] = ()
    """Those, newest first, as many as are told one by one."""


class Watch:
    """`look` from time to time, `changed` for every record that was written here; `told` hears what came of it."""

    def __init__(
        self,
        store: Store,
        rules: Callable[[], AnswerRules],
        told: Callable[[Handed | Standing], None] = lambda seen: None,
    ) -> None:
        self._store, self._rules, self._told = store, rules, told
        self._hand: dict[str, InHand] = {}
        self._written = 0
        """How many records were written here."""
        self.incomplete: Mapping[str, int] = {}
        """How many records of each line lack something, though their last talk is over."""
        self.late: Mapping[str, int] = {}
        """How many of them for longer than the rules allow."""
        self.latest: tuple[Late, ...] = ()
        """Those, newest first, as many as are told one by one."""
        self.odd: frozenset[str] = frozenset()
        """Calls whose records in hand cannot be judged: our bug, told once."""

    def in_hand(self) -> list[InHand]:
        """The records that somebody has to do with now, the oldest first."""
        return sorted(self._hand.values(), key=lambda one: (one.at, one.call))

    def changed(self, record: Record) -> None:
        """A record was written."""
        self._written += 1
        self._hand.pop(record.call, None)
        handed = Handed.of(record, self._rules())
        if handed.hand is not None:
            keep(self._hand, handed.hand)
        self._told(handed)

    async def look(self, now: datetime) -> None:
        """Read how things stand. Raises what `Store` raises."""
        began = monotonic()
        over = select(answers.c.line, func.count()).where(*_INCOMPLETE).group_by(answers.c.line)
        before = now - timedelta(seconds=self._rules().grace)
        newest = select(answers).where(*_INCOMPLETE, answers.c.over < before)
        async with self._store.reading() as connection:
            self.incomplete = {line: count for line, count in await connection.execute(over)}  # noqa: C416 - rows
            late = await connection.execute(over.where(answers.c.over < before))
            self.late = {line: count for line, count in late}  # noqa: C416
            rows = (await connection.execute(newest.order_by(answers.c.over.desc()).limit(MOST))).mappings().all()
            self.latest = tuple(
                Late(row["call"], row["number"], row["line"], row["owner"], row["over"]) for row in rows
            )
        await self._look_at_hands()
        self._told(Standing(began, tuple(self._hand.values()), self.incomplete, self.late, self.latest))

    async def _look_at_hands(self) -> None:
        hand = select(answers).where(_IN_HAND, answers.c.owner.is_not(None))
        written = None
        while written != self._written:  # what was written meanwhile is newer than what was read
            written = self._written
            rows = await self._store.rows(hand.order_by(answers.c.at.desc()).limit(MOST))
        hands, odd = {}, set()
        for row in rows:
            lacks = self._lacks(row)
            if lacks is None:
                odd.add(row["call"])
            else:
                hands[row["call"]] = self._in_hand(row, lacks)
        self._hand, self.odd = hands, frozenset(odd)

    def _lacks(self, row: RowMapping) -> tuple[str, ...] | None:
        """What a record lacks; None when it cannot be told."""
        try:
            return missing(body_of(row), self._rules(), ours=row["owner"] is not None)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if row["call"] not in self.odd:
                log.error("an answer record cannot be judged: a bug", call=row["call"], exc_info=error)
            return None

    @staticmethod
    def _in_hand(row: RowMapping, lacks: tuple[str, ...]) -> InHand:
        return InHand(
            row["call"],
            row["number"],
            row["seq"],
            State(row["state"]),
            row["line"],
            row["owner"],
            row["at"],
            row["over"],
            lacks,
        )

    def rules(self) -> AnswerRules:
        """Those of now."""
        return self._rules()

    async def complete_by_now(self, after: str) -> tuple[list[str], str | None]:
        """Calls whose records lacked something by the rules of their time, and lack nothing by those of today.

        One portion of them, of the calls after this one; with the last call that was looked at, None when it was all.
        """
        query = select(answers).where(answers.c.state.concat("") == State.OPEN, answers.c.call > after)
        rows = await self._store.rows(query.order_by(answers.c.call).limit(PORTION))
        found = [row["call"] for row in rows if self._lacks(row) == ()]
        return found, rows[-1]["call"] if len(rows) == PORTION else None


def keep(hands: dict[str, InHand], one: InHand) -> None:
    """Put a record among those in hand; of too many the oldest goes."""
    hands[one.call] = one
    if len(hands) > MOST:
        del hands[min(hands.values(), key=lambda one: one.at).call]


_INCOMPLETE: Final = (
    answers.c.state == State.OPEN,
    answers.c.owner.is_not(None),
    answers.c.over.is_not(None),
    answers.c.test.is_(False),
)
_IN_HAND: Final = or_(answers.c.state == State.OPEN, answers.c.over.is_(None) & (answers.c.state != State.SIGNED))
