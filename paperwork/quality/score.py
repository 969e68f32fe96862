"""A quality sheet of one talk as a paper: drafted, submitted, contested, settled, corrected. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

from paperwork.filing import Filing
from paperwork.quality.rules import Sheet
from records.clock import wall_time

HALF: Final = Decimal("0.5")
MOST_TEXT: Final = 2000


class State(StrEnum):
    """Where a sheet stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SEEN = "seen"
    CONTESTED = "contested"
    SETTLED = "settled"
    DISCARDED = "discarded"

    @property
    def label(self) -> str:
        return _STATES[self]


_STATES = {
    State.DRAFT: "草稿",
    State.SUBMITTED: "已提交",
    State.SEEN: "座席已阅",
    State.CONTESTED: "有异议",
    State.SETTLED: "已定案",
    State.DISCARDED: "已作废",
}

COUNTED: Final = (State.SUBMITTED, State.SEEN, State.CONTESTED, State.SETTLED)
"""What averages and reports are made of, and what an agent sees."""


class Move(StrEnum):
    """What can be filed in one."""

    DRAFTED = "drafted"
    MARKED = "marked"
    SUBMITTED = "submitted"
    SEEN = "seen"
    CONTESTED = "contested"
    SETTLED = "settled"
    CORRECTED = "corrected"
    DISCARDED = "discarded"


MOVES: Final[Mapping[tuple[State | None, Move], State]] = {
    (None, Move.DRAFTED): State.DRAFT,
    (State.DRAFT, Move.MARKED): State.DRAFT,
    (State.DRAFT, Move.SUBMITTED): State.SUBMITTED,
    (State.DRAFT, Move.DISCARDED): State.DISCARDED,
    (State.SUBMITTED, Move.SEEN): State.SEEN,
    (State.SUBMITTED, Move.CONTESTED): State.CONTESTED,
    (State.SEEN, Move.CONTESTED): State.CONTESTED,
    (State.SEEN, Move.SETTLED): State.SETTLED,
    (State.CONTESTED, Move.SETTLED): State.SETTLED,
    (State.SUBMITTED, Move.CORRECTED): State.SUBMITTED,
    (State.SEEN, Move.CORRECTED): State.SUBMITTED,
    (State.SETTLED, Move.CORRECTED): State.SUBMITTED,
}
"""All that may happen; whatever is not here may not. What was corrected is for the agent to read again."""


class Illegal(ValueError):
    """This may not be filed in a sheet as it stands."""


Marks = Mapping[str, Decimal | None]
"""Points by item; None: it does not apply."""


@dataclass(frozen=True, slots=True)
class Result:
    """What marks come to. `fatal` names the item that made it nothing."""

    total: Decimal
    most: Decimal
    fatal: str | None

    @property
    def percent(self) -> Decimal:
        """With one decimal, half up; nothing of nothing is 0."""
        return percent(self.total, self.most)


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Of 100, with one decimal, half up."""
    if not whole:
        return Decimal("0.0")
    return (part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def result(sheet: Sheet, marks: Marks) -> Result:
    """What complete marks come to."""
    applying = {name: mark for name, mark in marks.items() if mark is not None}
    most = sum((Decimal(sheet.items[name].points) for name in applying), Decimal(0))
    fatal = next((name for name, mark in applying.items() if sheet.items[name].fatal and not mark), None)
    total = Decimal(0) if fatal else sum(applying.values(), Decimal(0))
    return Result(total, most, fatal)


def missing(sheet: Sheet, marks: Marks) -> list[str]:
    """The items that nobody judged yet."""
    return [name for name in sheet.items if name not in marks]


def marks_of(sheet: Sheet, given: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """Marks as somebody gave them: whole points or halves, null where an item does not apply. Raises Illegal."""
    found: dict[str, Decimal | None] = {}
    for name, value in given.items():
        item = sheet.items.get(name)
        if item is None:
            raise Illegal(f"marks: there is no item {name[:40]!r}; there is {', '.join(sheet.items)}")
        if value is None:
            if not item.optional:
                raise Illegal(f"marks: {name} applies to every talk: give it points")
            found[name] = None
            continue
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise Illegal(f"marks: {name}: points are a number from 0 to {item.points}, whole or half")
        mark = Decimal(str(value))
        if not mark.is_finite() or not 0 <= mark <= item.points or mark % HALF:
            raise Illegal(f"marks: {name}: points are a number from 0 to {item.points}, whole or half")
        found[name] = mark
    return found


@dataclass(frozen=True, slots=True)
class Score:
    """A sheet as its filings make it. `id` is `CALL~AGENT~N`."""

    id: str
    seq: int
    state: State
    sheet_name: str
    sheet: Sheet
    call: str
    agent: str
    line: str | None
    recording: str | None
    at: datetime
    by: str
    marks: Marks
    comment: str
    drawn: str | None = None
    history: tuple[Filing, ...] = field(default=(), compare=False)

    @property
    def paper(self) -> str:
        return paper_of(self.id)

    @property
    def result(self) -> Result:
        return result(self.sheet, self.marks)

    def to_json(self) -> dict[str, Any]:
        """All of it, labels beside words."""
        came_to = self.result
        return {
            "id": self.id,
            "state": self.state.value,
            "state_label": self.state.label,
            "moves": [move.value for move in moves(self.state)],
            "sheet": f"{self.sheet_name}@{self.sheet.version}",
            "sheet_title": self.sheet.title,
            "call": self.call,
            "agent": self.agent,
            "line": self.line,
            "recording": self.recording,
            "drawn": self.drawn,
            "at": wall_time(self.at),
            "by": self.by,
            "total": float(came_to.total),
            "most": float(came_to.most),
            "percent": float(came_to.percent),
            "fatal": came_to.fatal,
            "missing": missing(self.sheet, self.marks),
            "comment": self.comment,
            "items": [
                {
                    "item": name,
                    "title": item.title,
                    "group": item.group,
                    "points": item.points,
                    "fatal": item.fatal,
                    "optional": item.optional,
                    "mark": None if (mark := self.marks.get(name)) is None else float(mark),
                    "judged": name in self.marks,
                }
                for name, item in self.sheet.items.items()
            ],
            "history": [
                {
                    "at": wall_time(one.at),
                    "who": one.who,
                    "what": one.kind,
                    "reason": one.data.get("reason"),
                    "marks": _numbers(one.data.get("marks") or {}),
                    "comment": one.data.get("comment"),
                }
                for one in self.history
            ],
        }


def paper_of(id: str) -> str:
    return f"score:{id}"


def moves(state: State) -> list[Move]:
    """What may happen next."""
    return [move for (of, move) in MOVES if of is state]


def fold(filings: Sequence[Filing]) -> Score | None:
    """The sheet that these filings make; None of none. Raises Illegal for what may not follow."""
    score: Score | None = None
    for one in filings:
        score = apply(score, one)
    return score


def apply(score: Score | None, fact: Filing) -> Score:
    """The sheet after one more fact. Raises Illegal."""
    state = MOVES.get((None if score is None else score.state, Move(fact.kind)))
    if state is None:
        stands = "not there" if score is None else score.state.value
        raise Illegal(f"this sheet is {stands}: it cannot be {fact.kind}")
    data = fact.data
    if score is None:
        sheet = Sheet.model_validate_json(data["sheet_body"])
        return Score(
            id=fact.paper.partition(":")[2],
            seq=fact.seq,
            state=state,
            sheet_name=data["sheet"],
            sheet=sheet,
            call=data["call"],
            agent=data["agent"],
            line=data["line"],
            recording=data["recording"],
            at=datetime.fromisoformat(data["talked_at"]),
            by=fact.who,
            marks=_kept(data["marks"]),
            comment=data["comment"],
            drawn=data.get("drawn"),
            history=(fact,),
        )
    marks = {**score.marks, **_kept(data["marks"])} if "marks" in data else score.marks
    comment = data.get("comment", score.comment)
    history = (*score.history, fact)
    return replace(score, seq=fact.seq, state=state, marks=marks, comment=comment, history=history)


def _kept(marks: Mapping[str, Any]) -> dict[str, Decimal | None]:
    return {name: None if mark is None else Decimal(mark) for name, mark in marks.items()}


def _numbers(marks: Mapping[str, str | None]) -> dict[str, float | None]:
    """Marks of a filing, as the API tells them."""
    return {name: None if mark is None else float(mark) for name, mark in marks.items()}


def spelt(marks: Marks) -> dict[str, str | None]:
    """Marks as a filing keeps them."""
    return {name: None if mark is None else str(mark) for name, mark in marks.items()}
