"""What the sheets come to: averages with their counts, how far judges are apart, and what callers thought."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from ivr.events import SurveyAnswered
from paperwork.quality.book import within
from paperwork.quality.score import COUNTED, percent
from records.paper_tables import scores
from records.store import Store
from records.tables import journal
from routing.calendar import SHANGHAI

_TENTH = Decimal("0.1")


class By(StrEnum):
    """What averages are told by."""

    AGENT = "agent"
    LINE = "line"
    ITEM = "item"
    SHEET = "sheet"
    JUDGE = "judge"
    MONTH = "month"
    ALL = "all"


Row = Mapping[str, Any]


async def counted(store: Store, since: datetime | None, until: datetime | None) -> Sequence[Row]:
    """The rows of sheets that count, of talks in a time."""
    query = select(scores).where(scores.c.state.in_([state.value for state in COUNTED]))
    return [dict(row) for row in await store.rows(within(query, since, until).order_by(scores.c.at, scores.c.paper))]


def averages(rows: Iterable[Row], by: By) -> list[dict[str, Any]]:
    """The mean of the sheets' percentages, with one decimal half up, and how many sheets are behind each.

    By item: the mean of the points that were given where it applied, by sheet, and how often it had none of them.
    """
    return _by_item(rows) if by is By.ITEM else _by(rows, _KEYS[by])


_KEYS: Mapping[By, Callable[[Row], str]] = {
    By.AGENT: lambda row: row["agent"],
    By.LINE: lambda row: row["line"] or "",
    By.SHEET: lambda row: row["sheet"],
    By.JUDGE: lambda row: row["by"],
    By.MONTH: lambda row: f"{row['at'].astimezone(SHANGHAI):%Y-%m}",
    By.ALL: lambda row: "",
}


def _by(rows: Iterable[Row], key: Callable[[Row], str]) -> list[dict[str, Any]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return [
        {
            "of": name,
            "count": len(group),
            "percent": float(_mean([_share(row) for row in group])),
            "least": float(min(_share(row) for row in group).quantize(_TENTH, ROUND_HALF_UP)),
            "fatal": sum(bool(row["fatal"]) for row in group),
        }
        for name, group in sorted(groups.items())
    ]


def _by_item(rows: Iterable[Row]) -> list[dict[str, Any]]:
    given: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for row in rows:
        for item, mark in row["marks"].items():
            if mark is not None:
                given[row["sheet"], item].append(Decimal(str(mark)))
    return [
        {
            "of": f"{sheet}/{item}",
            "count": len(marks),
            "points": float((sum(marks, Decimal(0)) / len(marks)).quantize(Decimal("0.01"), ROUND_HALF_UP)),
            "none": sum(not mark for mark in marks),
        }
        for (sheet, item), marks in sorted(given.items())
    ]


def _share(row: Row) -> Decimal:
    most = Decimal(str(row["most"]))
    return Decimal(str(row["total"])) * 100 / most if most else Decimal(0)


def _mean(shares: Sequence[Decimal]) -> Decimal:
    return (sum(shares, Decimal(0)) / len(shares)).quantize(_TENTH, ROUND_HALF_UP)


def calibration(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Talks that several judged against the same sheet: what each gave, and how far they are apart."""
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["call"], row["agent"], row["sheet"]].append(row)
    found = []
    for (call, agent, sheet), group in sorted(groups.items()):
        if len({row["by"] for row in group}) < 2:
            continue
        shares = {row["paper"]: _share(row).quantize(_TENTH, ROUND_HALF_UP) for row in group}
        items = sorted({item for row in group for item in row["marks"]})
        apart = {item: _apart([row["marks"].get(item) for row in group]) for item in items}
        found.append(
            {
                "call": call,
                "agent": agent,
                "sheet": sheet,
                "judges": [
                    {
                        "id": row["paper"].partition(":")[2],
                        "by": row["by"],
                        "percent": float(shares[row["paper"]]),
                        "marks": row["marks"],
                    }
                    for row in group
                ],
                "apart": float(max(shares.values()) - min(shares.values())),
                "items": {item: gap for item, gap in apart.items() if gap != 0},
            }
        )
    return found


def _apart(marks: Sequence[float | None]) -> float | None:
    """Points between the kindest and the strictest; None where they do not agree whether the item applies."""
    given = [mark for mark in marks if mark is not None]
    if len(given) < len(marks):
        return None if given else 0.0
    return max(given) - min(given)


async def satisfaction(
    store: Store, since: datetime, until: datetime, by: By, satisfied: Collection[str]
) -> list[dict[str, Any]]:
    """What callers answered when they were asked, by agent, line, or all: each answer's count and who was satisfied."""
    query = select(journal.c.data).where(
        journal.c.kind == SurveyAnswered.__name__, journal.c.at >= since, journal.c.at < until
    )
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for row in await store.rows(query):
        data = row["data"]
        of = "" if by is By.ALL else data.get(by.value) or ""
        groups[of][str(data.get("answer", ""))] += 1
    found = []
    for of, answers in sorted(groups.items()):
        count, well = answers.total(), sum(n for answer, n in answers.items() if answer in satisfied)
        found.append(
            {
                "of": of,
                "count": count,
                "satisfied": well,
                "percent": float(percent(Decimal(well), Decimal(count))),
                "answers": dict(sorted(answers.items())),
            }
        )
    return found
