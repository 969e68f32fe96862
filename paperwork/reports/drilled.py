"""From a number in a table to what is behind it: the records, calls or orders, one by one, page by page.

A cell's `drill` (`Table.drill_at`) says which list they stand in and what they have in common; the same words are the
query of `/api/v1/reports/{name}/rows`. Nothing here shows a caller's number or name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select

from paperwork.kind import Kind
from paperwork.reports.behind import Behind, Unknown, following, place_of
from paperwork.reports.classes import classes
from paperwork.reports.counted import OWN, Key
from paperwork.reports.figures import NO_PLACE, Places
from paperwork.reports.lists import LISTS, Listed
from paperwork.reports.report import Period
from paperwork.reports.reported_rows import LIST as REPORTS
from paperwork.reports.reported_rows import reported_rows
from paperwork.reports.sources import Asked, Sources
from paperwork.reports.units import unit_names
from records.clock import wall_time

MOST = 500
NAMES = (*LISTS, REPORTS)
"""Of all lists."""
_NO_WORDS = frozenset({"list", "from", "to"})


async def behind(
    sources: Sources, asked: Asked, drill: Mapping[str, str], *, limit: int = 50, after: str | None = None
) -> Behind:
    """What a cell's `drill` means. Raises Unknown."""
    name = drill.get("list", "")
    asked = _of_its_days(asked, drill)
    if name == REPORTS:
        return await reported_rows(sources, asked, drill, limit, after)
    if name not in LISTS:
        raise Unknown(f"`list` is one of {', '.join(NAMES)}")
    listed = LISTS[name](sources, asked)
    conditions = [
        await _condition(sources, asked, name, listed, drill, word) for word in drill if word not in _NO_WORDS
    ]
    total = select(func.coalesce(func.sum(listed.count), 0).label("total")).select_from(listed.rows).where(*conditions)
    row = await sources.reading.row(total)
    query = select(*listed.shown.values()).where(*conditions).order_by(listed.at, listed.id).limit(limit + 1)
    if after is not None:
        at, last = place_of(after)
        query = query.where(or_(listed.at > at, and_(listed.at == at, listed.id > last)))
    found = await sources.reading.rows(query)
    page = found[:limit]
    names = await unit_names(sources.reading) if name == "orders" else {}
    return Behind(
        tuple(_shown(one, sources, names) for one in page),
        int(row["total"]) if row is not None else 0,
        following([(one["at"], one["id"]) for one in page], more=len(found) > limit),
    )


def _of_its_days(asked: Asked, drill: Mapping[str, str]) -> Asked:
    """The days of a cell that is of others than its report."""
    try:
        since = date.fromisoformat(drill.get("from", asked.period.since.isoformat()))
        until = date.fromisoformat(drill.get("to", asked.period.until.isoformat()))
        return replace(asked, period=Period(since, until))
    except ValueError as error:
        raise Unknown(f"`from` and `to`: {error}") from None


async def _condition(
    sources: Sources, asked: Asked, name: str, listed: Listed, drill: Mapping[str, str], word: str
) -> ColumnElement[bool]:
    value = drill[word]
    if word in ("tree", "path") and listed.categories:
        return await _in_category(sources, name, listed, drill) if word == "path" else listed.id.is_not(None)
    if word == "kind" and listed.categories:
        named = classes(sources.rules.reports.together if name == "records" else {})
        wanted = [value] if value in named.names else value.split(",")
        if not set(wanted) <= set(named.names):
            raise Unknown(f"`kind` is one of {', '.join(named.names)}, or several, a comma between them")
        return listed.rows.c.kind.in_([kind.value for one in wanted for kind in named.members(one)])
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


def _shown(row: RowMapping, sources: Sources, units: Mapping[str, str]) -> Mapping[str, Any]:
    """With what people call whom it names by an id."""
    shown = {name: _cell(value) for name, value in row.items()}
    kind = Kind(shown["kind"]) if shown.get("kind") in set(Kind) else None
    if kind is not None:
        shown["kind"] = kind.label
    if shown.get("agent"):
        shown["agent_name"] = sources.agent_name(shown["agent"])
    if shown.get("unit"):
        shown["unit_name"] = units.get(shown["unit"], shown["unit"])
    if shown.get("category") and not shown.get("tree"):
        path = sources.trees.path(shown["category"], OWN, kind)
        shown["category_name"] = shown["category"] if path is None else "/".join(path)
    return shown


def _cell(value: Any) -> Any:
    return wall_time(value) if isinstance(value, datetime) else value
