"""The reports that were due, one by one: what is behind the points for reporting in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final

from paperwork.reports.behind import Behind, Place, Unknown, following, place_of
from paperwork.reports.due import NAMES, Reported, reported
from paperwork.reports.sources import Asked, Sources
from records.clock import wall_time
from routing.calendar import SHANGHAI

LIST: Final = "reports"


async def reported_rows(
    sources: Sources, asked: Asked, drill: Mapping[str, str], limit: int, after: str | None
) -> Behind:
    """By the day on which they were due; `in_time` is `yes` or `no`. Raises Unknown."""
    if unknown := set(drill) - {"list", "from", "to", "in_time"}:
        raise Unknown(f"{min(unknown)!r} cannot be asked of {LIST}: there is in_time")
    wanted = drill.get("in_time")
    if wanted not in (None, "yes", "no"):
        raise Unknown(f"`in_time` cannot be {wanted[:40]!r}")
    told = [one for one in await reported(sources, asked) if wanted is None or one.in_time == (wanted == "yes")]
    placed = sorted(((_place(one), one) for one in told), key=lambda pair: pair[0])
    if after is not None:
        begin = place_of(after)
        placed = [pair for pair in placed if pair[0] > begin]
    page = placed[:limit]
    next_page = following([place for place, _ in page], more=len(placed) > limit)
    return Behind(tuple(_row(place, one) for place, one in page), len(told), next_page)


def _place(one: Reported) -> Place:
    due = one.due
    return datetime.combine(due.day, time(), SHANGHAI), f"{due.report}:{due.line or '-'}:{due.period.since}"


def _row(place: Place, one: Reported) -> Mapping[str, Any]:
    at, name = place
    return {
        "id": name,
        "at": wall_time(at),
        "report": NAMES[one.due.report],
        "line": one.due.line,
        "since": one.due.period.since.isoformat(),
        "last": one.due.period.last.isoformat(),
        "signed": None if one.signed is None else wall_time(one.signed.at),
        "by": None if one.signed is None else one.signed.by,
    }
