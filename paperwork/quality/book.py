"""Quality sheets as they are kept: filed, folded into their rows, read back."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, insert, or_, select, update

from paperwork.filing import Changed, Filing, file, filed
from paperwork.quality.rules import QualityRules
from paperwork.quality.score import (
    COUNTED,
    MOST_TEXT,
    MOVES,
    Illegal,
    Move,
    Score,
    State,
    apply,
    fold,
    marks_of,
    missing,
    paper_of,
    spelt,
)
from records.paper_tables import filings, scores
from records.segments import Talk, segment_from
from records.store import Store
from records.tables import cdr

_ID = re.compile(r"[^\s~:/\0]{1,64}~[^\s~:/\0]{1,64}~[1-9][0-9]{0,5}")


class NoScore(LookupError):
    """There is no such sheet, or no such talk."""


class Scores:
    """The sheets of one database. `quiet` names the lines whose talks nobody may hear."""

    def __init__(self, store: Store, rules: Callable[[], QualityRules], quiet: Callable[[], Collection[str]]) -> None:
        self._store, self._rules, self._quiet = store, rules, quiet

    async def draft(
        self,
        call: str,
        agent: str,
        sheet: str,
        *,
        who: str,
        at: datetime,
        marks: Mapping[str, Any] | None = None,
        comment: str = "",
        drawn: str | None = None,
    ) -> Score:
        """Begin to judge an agent's talk in an ended call. Raises NoScore, Illegal, Changed."""
        known = self._rules().sheets.get(sheet)
        if known is None:
            raise Illegal(f"sheet: there is no sheet {sheet[:40]!r}; there is {', '.join(self._rules().sheets)}")
        talk = await self._talk(call, agent)
        if talk.line in self._quiet():
            raise Illegal("the line is confidential: nobody hears its talks, and nobody judges them")
        given = marks_of(known, marks or {})
        data = {
            "call": call,
            "agent": agent,
            "line": talk.line,
            "recording": talk.recording,
            "talked_at": talk.since.isoformat(),
            "sheet": sheet,
            "sheet_body": known.model_dump_json(),  # as text: PostgreSQL's JSON forgets the order of items
            "marks": spelt(given),
            "comment": _text(comment),
            "drawn": drawn,
        }
        async with self._store.writing() as connection:
            begins = f"score:{call}~{agent}~"
            count = select(func.count()).where(scores.c.call == call, scores.c.agent == agent)
            number = (await connection.execute(count)).scalar_one() + 1
            fact = Filing(f"{begins}{number}", 1, at, who, Move.DRAFTED, data)
            score = apply(None, fact)
            await file(connection, fact)
            await connection.execute(insert(scores).values(_row(score)))
        return score

    async def move(
        self,
        id: str,
        move: Move,
        *,
        who: str,
        at: datetime,
        marks: Mapping[str, Any] | None = None,
        comment: str | None = None,
        reason: str | None = None,
    ) -> Score:
        """File one more fact. Raises NoScore, Illegal, Changed."""
        async with self._store.writing() as connection:
            score = fold(await filed(connection, paper_of(id))) if _ID.fullmatch(id) else None
            if score is None:
                raise NoScore(f"there is no quality sheet {id[:80]}")
            data: dict[str, Any] = {}
            if marks is not None:
                data["marks"] = spelt(marks_of(score.sheet, marks))
            if comment is not None:
                data["comment"] = _text(comment)
            if reason is not None:
                data["reason"] = _text(reason)
            _may(score, move, who, data)
            fact = Filing(score.paper, score.seq + 1, at, who, move, data)
            after = apply(score, fact)
            if move is Move.SUBMITTED and (lacking := missing(after.sheet, after.marks)):
                raise Illegal(f"not judged yet: {', '.join(after.sheet.items[name].title for name in lacking)}")
            await file(connection, fact)
            mine = and_(scores.c.paper == score.paper, scores.c.seq == score.seq)
            changed = await connection.execute(update(scores).where(mine).values(_row(after)))
            if changed.rowcount != 1:
                raise Changed(score.paper)
        return after

    async def find(self, id: str) -> Score:
        """Raises NoScore."""
        if not _ID.fullmatch(id):
            raise NoScore(f"there is no quality sheet {id[:80]}")
        query = select(filings).where(filings.c.paper == paper_of(id)).order_by(filings.c.seq)
        score = fold([Filing(**row) for row in await self._store.rows(query)])
        if score is None:
            raise NoScore(f"there is no quality sheet {id[:80]}")
        return score

    async def page(
        self,
        *,
        agent: str | None = None,
        line: str | None = None,
        state: State | None = None,
        counted: bool = False,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 50,
        after: tuple[datetime, str] | None = None,
    ) -> Sequence[dict[str, Any]]:
        """The sheets of talks in a time, newest first, behind a place; `counted`: without drafts and discarded ones."""
        query = select(scores)
        for column, value in ((scores.c.agent, agent), (scores.c.line, line), (scores.c.state, state)):
            if value is not None:
                query = query.where(column == str(value))
        if counted:
            query = query.where(scores.c.state.in_([one.value for one in COUNTED]))
        query = within(query, since, until)
        if after is not None:
            at, paper = after[0], paper_of(after[1])
            query = query.where(or_(scores.c.at < at, and_(scores.c.at == at, scores.c.paper < paper)))
        query = query.order_by(scores.c.at.desc(), scores.c.paper.desc()).limit(limit)
        return [dict(row) for row in await self._store.rows(query)]

    async def _talk(self, call: str, agent: str) -> Talk:
        row = await self._store.row(select(cdr.c.segments).where(cdr.c.id == call))
        talks = [] if row is None else [one for one in map(segment_from, row["segments"]) if isinstance(one, Talk)]
        found = [one for one in talks if one.agent == agent]
        if not found:
            raise NoScore(f"there is no ended call {call[:64]} in which {agent[:64]} talked")
        return max(found, key=lambda one: (one.recording is not None, one.since))


def within(query: Select[Any], since: datetime | None, until: datetime | None) -> Select[Any]:
    """Of talks that began from `since` until before `until`."""
    if since is not None:
        query = query.where(scores.c.at >= since)
    return query if until is None else query.where(scores.c.at < until)


def _may(score: Score, move: Move, who: str, data: Mapping[str, Any]) -> None:
    """What the table of moves does not say. Raises Illegal."""
    if (score.state, move) not in MOVES:
        raise Illegal(f"this sheet is {score.state}: it cannot be {move}")
    if score.state is State.DRAFT and who != score.by:
        raise Illegal("a draft is its judge's own")
    if move in (Move.CONTESTED, Move.SETTLED, Move.CORRECTED) and not data.get("reason"):
        raise Illegal("reason: say why")
    if "marks" in data and move not in (Move.MARKED, Move.SETTLED, Move.CORRECTED):
        raise Illegal("marks: points are given in a draft, or when a sheet is settled or corrected")
    if move is Move.CORRECTED and not ("marks" in data or "comment" in data):
        raise Illegal("marks: say what is corrected")


def _text(text: str) -> str:
    if len(text) > MOST_TEXT or "\0" in text:
        raise Illegal(f"a comment or reason has at most {MOST_TEXT} characters")
    return text.strip()


def _row(score: Score) -> dict[str, Any]:
    came_to = score.result
    return {
        "paper": score.paper,
        "seq": score.seq,
        "state": score.state.value,
        "recording": score.recording,
        "call": score.call,
        "line": score.line,
        "agent": score.agent,
        "at": score.at,
        "by": score.by,
        "sheet": f"{score.sheet_name}@{score.sheet.version}",
        "marks": {name: None if mark is None else float(mark) for name, mark in score.marks.items()},
        "total": float(came_to.total),
        "most": float(came_to.most),
        "fatal": came_to.fatal is not None,
    }
