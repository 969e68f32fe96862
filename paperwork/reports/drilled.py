"""From a number in a table to what is behind it: the records, calls or orders, one by one, page by page.

A row's `drill` says which list they stand in and what they have in common; the same words are the query of
`/api/v1/reports/{name}/rows`. Nothing here shows a caller's number or name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select

from paperwork.kind import Kind
from paperwork.reports.classes import classes
from paperwork.reports.counted import Key
from paperwork.reports.figures import NO_PLACE, Places
from paperwork.reports.lists import LISTS, Listed
from paperwork.reports.sources import Asked, Sources
from records.clock import wall_time
from routing.calendar import SHANGHAI

MOST = 500


class Unknown(ValueError):
    """There is no such list, or nothing in it that could be asked for so; one line for people."""


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of what is behind a number. `total` counts everything, `next` is where the next page begins."""

    rows: tuple[Mapping[str, Any], ...]
    total: int
    next: str | None


async def behind(
    sources: Sources, asked: Asked, drill: Mapping[str, str], *, limit: int = 50, after: str | None = None
) -> Behind:
    """What a row's `drill` means. Raises Unknown."""
    name = drill.get("list", "")
    if name not in LISTS:
        raise Unknown(f"`list` is one of {', '.join(LISTS)}")
    listed = LISTS[name](sources, asked)
    conditions = [await _condition(sources, asked, name, listed, drill, word) for word in drill if word != "list"]
    total = select(func.coalesce(func.sum(listed.count), 0).label("total")).select_from(listed.rows).where(*conditions)
    row = await sources.reading.row(total)
    query = select(*listed.shown.values()).where(*conditions).order_by(listed.at, listed.id).limit(limit + 1)
    if after is not None:
        at, place = _place(after)
        query = query.where(or_(listed.at > at, and_(listed.at == at, listed.id > place)))
    found = await sources.reading.rows(query)
    page = found[:limit]
    following = _after(page[-1]) if len(found) > limit else None
    return Behind(tuple(map(_shown, page)), int(row["total"]) if row is not None else 0, following)


async def _condition(
    sources: Sources, asked: Asked, name: str, listed: Listed, drill: Mapping[str, str], word: str
) -> ColumnElement[bool]:
    value = drill[word]
    if word in ("tree", "path") and listed.categories:
        return await _in_category(sources, name, listed, drill) if word == "path" else listed.id.is_not(None)
    if word == "kind" and listed.categories:
        named = classes(sources.rules.reports.together if name == "records" else {})
        if value not in named.names:
            raise Unknown(f"`kind` is one of {', '.join(named.names)}")
        return listed.rows.c.kind.in_([kind.value for kind in named.members(value)])
    if word == "place" and listed.categories:
        place = listed.rows.c.place
        return or_(place.is_(None), place == "") if value == NO_PLACE else place == value
    if word not in listed.words:
        known = (*listed.words, *(("kind", "tree", "path", "place") if listed.categories else ()))
        raise Unknown(f"{word!r} cannot be asked of {name}: there is {', '.join(known)}")
    try:
        return listed.words[word](value)
    except (KeyError, ValueError):
        raise Unknown(f"`{word}` cannot be {value[:40]!r}") from None


async def _in_category(sources: Sources, name: str, listed: Listed, drill: Mapping[str, str]) -> ColumnElement[bool]:
    """The categories that the table counted in this row, found as the table found them."""
    rules = sources.rules.reports
    tree = drill.get("tree", rules.tree)
    named = classes(rules.together if name == "records" else {})
    of_the_whole = name == "records" and tree in rules.of_the_whole
    try:
        places = Places(sources.trees, tree, named, of_the_whole=of_the_whole)
    except ValueError:
        raise Unknown(f"`tree` cannot be {tree[:40]!r}") from None
    row = tuple(drill["path"].split("/"))
    keys = (listed.rows.c.kind, listed.rows.c.tree, listed.rows.c.category)
    fitting: dict[tuple[str, str | None], list[str | None]] = {}
    for found in await sources.reading.rows(select(*keys).distinct()):
        key = Key(0, Kind(found["kind"]), found["tree"], found["category"], None)
        if places.holds(row, key):
            fitting.setdefault((found["kind"], found["tree"]), []).append(found["category"])
    kind, of_tree, category = keys
    groups = [
        and_(
            kind == one,
            of_tree.is_(None) if origin is None else of_tree == origin,
            or_(
                category.in_([name for name in names if name is not None]),
                category.is_(None) if None in names else kind.is_(None),
            ),
        )
        for (one, origin), names in fitting.items()
    ]
    return or_(*groups) if groups else kind.is_(None)


def _after(row: RowMapping) -> str:
    # no `+` of an offset: in an address it comes back as a space
    return f"{row['at'].astimezone(SHANGHAI).replace(tzinfo=None).isoformat()}~{row['id']}"


def _place(after: str) -> tuple[datetime, str]:
    at, found, place = after.partition("~")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        instant = None
    usable = instant is not None and instant.tzinfo is None and 1970 < instant.year < 9000
    if not usable or instant is None or not found or not place or len(place) > 200 or "\0" in place:
        raise Unknown("`after` is `next` of the page before")
    return instant.replace(tzinfo=SHANGHAI), place


def _shown(row: RowMapping) -> Mapping[str, Any]:
    shown = {name: _cell(value) for name, value in row.items()}
    if shown.get("kind") in set(Kind):
        shown["kind"] = Kind(shown["kind"]).label
    return shown


def _cell(value: Any) -> Any:
    return wall_time(value) if isinstance(value, datetime) else value
