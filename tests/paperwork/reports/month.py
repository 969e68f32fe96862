"""A month of everything that reports count, made by chance: the edges of the month and what does not count included."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from paperwork.kind import Kind
from records.paper_tables import orders, scores
from records.tables import cdr, legs
from routing.calendar import SHANGHAI
from tests.paperwork.reports.conftest import Papers

SINCE, UNTIL = date(2026, 10, 1), date(2026, 11, 1)
BEGIN = datetime(2026, 10, 1, tzinfo=SHANGHAI)
CATEGORIES = {
    Kind.CONSULT: ["Z01", "Z0101", "Z02", "X01", None],
    Kind.COMPLAINT: ["T01", "X01", None],
    Kind.REPORT: ["T01", None],
    Kind.BOOKING: ["Y01", None],
}
PATHS = ["咨询/寻医问药/就医引导/专家查询", "咨询/寻医问药", "咨询/疾病预防控制/预防接种", None]


async def fill(papers: Papers, seed: int = 1) -> None:
    """Write it."""
    chance = Random(seed)  # noqa: S311

    def when() -> datetime:
        return BEGIN + timedelta(days=chance.choice([-1, 0, 0, 10, 20, 30, 31]), seconds=chance.randrange(86_400))

    calls = []
    for _ in range(40):
        kind = chance.choice(list(Kind))
        filled = chance.random() < 0.85
        calls.append(
            await papers.answer(
                when(), kind=kind.value, category=chance.choice(CATEGORIES.get(kind, [None])),
                place=chance.choice(["和平区", "河西区", "", None]), filled=BEGIN if filled else None,
                settled=chance.choice(["on_the_spot", "handed_on", None]), test=chance.random() < 0.1,
                agent=chance.choice(["vaccine-1", "vaccine-2", None]),
            )
        )  # fmt: skip
    past: list[tuple[datetime, Kind, str | None, str | None, str | None, int]] = []
    for _ in range(25):
        if chance.random() < 0.5:
            past.append((when(), Kind.CONSULT, "national", chance.choice(PATHS), "和平区", chance.randrange(1, 9)))
        else:
            past.append((when(), chance.choice(list(Kind)), None, None, None, chance.randrange(1, 9)))
    await papers.past(*past)
    rows = [_order(number, when(), calls, chance) for number in range(1, 41)]
    await papers.write(orders, *rows)
    await papers.write(scores, *[_score(number, when(), chance) for number in range(1, 31)])
    await _calls(papers, [when() for _ in range(50)], chance)


async def _calls(papers: Papers, times: list[datetime], chance: Random) -> None:
    """Calls as their records and legs tell of them, the figures of both alike."""
    calls: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    for number, at in enumerate(times):
        line, agent = chance.choice(["immunization", "emergency"]), chance.choice(["vaccine-1", "duty-1"])
        turn = chance.choice(["answered", "answered", "abandoned", "booked", "chose", "given_up", "failed", None])
        test, asked_for = chance.random() < 0.1, chance.choice([0.5, 4.999, 15.0, 61.5, 400.0])
        direction = chance.choice(["in", "in", "in", "out"])
        asked = at + timedelta(seconds=20)
        told = {"turned_out": turn, "asked_for": asked_for if turn else None}
        calls.append(
            dict.fromkeys((column.name for column in cdr.columns), None)
            | {
                "id": f"c-{number}", "started": at, "ended": at + timedelta(minutes=9), "number": "", "test": test,
                "dialled": "12320", "plan": "p", "line": line, "agent": agent, "outcome": "talked", "legs": 0,
                "reason": "completed", "keys": "", "waited": 1.0, "talked": 33.3, "segments": [],
                "direction": direction, "asked": asked if turn else None, "asked_line": line, **told,
            }
        )  # fmt: skip
        common = {"call": f"c-{number}", "line": line, "counted": direction == "in" and not test, "test": test}
        common |= {"asked": None, "phone": None, "turned_out": None, "asked_for": None, "agent": agent}
        ended = asked + timedelta(seconds=asked_for)
        wait = {"number": 1, "kind": "wait", "since": asked, "until": ended, "seconds": asked_for, "end": "x"}
        if turn is not None:
            parts.append({**common, **told, **wait, "agent": None})
        rang = chance.choice(["answered", "refused", "unanswered"])
        done = [("offer", rang), ("talk", "caller"), ("talk", "passed_on"), ("consultation", "caller")]
        for place, (kind, end) in enumerate(done, 2):
            leg = {"number": place, "kind": kind, "since": ended, "until": ended, "seconds": 9.5, "end": end}
            parts.append({**common, **leg})
    await papers.write(cdr, *calls)
    await papers.write(legs, *parts)


def _order(number: int, opened: datetime, calls: list[str], chance: Random) -> dict[str, Any]:
    handed, done = chance.random() < 0.7, chance.random() < 0.5
    row: dict[str, Any] = {column.name: None for column in orders.columns}
    kind = chance.choice([Kind.REPORT, Kind.COMPLAINT, Kind.SUGGESTION, None])
    return row | {
        "number": f"2026-{number:06d}", "seq": 1, "state": chance.choice(["handed_on", "done", "opened", "void"]),
        "source": chance.choice(["call", "message", "12345"]), "call": chance.choice([*calls, None, None, "b-1"]),
        "line": chance.choice(["immunization", None]), "kind": kind and kind.value, "category": "T01",
        "urgency": "simple", "content": "…", "feedback": "unit", "unit": chance.choice(["cdc", "inspection", None]),
        "opened": opened, "opened_by": "desk:ann", "hand_on_by": opened, "reopened": 0, "urged": 0,
        "test": chance.random() < 0.1,
        "handed_on": opened + timedelta(hours=1) if handed else None,
        "done_by": opened + timedelta(days=chance.choice([9, 9, 400])),
        "handed_late": opened + timedelta(hours=1) if handed and number % 2 else None,
        "sent_back": opened + timedelta(hours=9) if handed and number % 5 == 0 else None,
        "done": opened + timedelta(days=chance.randrange(1, 15)) if done else None,
        "satisfaction": chance.choice(["satisfied", "not_satisfied", None]),
    }  # fmt: skip


def _score(number: int, at: datetime, chance: Random) -> dict[str, Any]:
    return {
        "paper": f"score:c-{number}~vaccine-1~1", "seq": 1, "call": f"c-{number}", "at": at, "recording": None,
        "state": chance.choice(["draft", "submitted", "seen", "discarded"]), "agent": "vaccine-1", "by": "desk:q",
        "line": chance.choice(["immunization", "emergency"]), "sheet": "s", "marks": {}, "fatal": False,
        "total": chance.randrange(11), "most": chance.choice([0, 10]),
    }  # fmt: skip
