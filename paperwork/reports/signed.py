"""Reports that somebody signed: kept as they were, append-only, followed by corrections and never changed.

Each signing is two filings of the paper `report:NAME:SINCE:UNTIL:LINE:TREE`: what was signed, then who signed it. Both
are one transaction. Another signing of the same paper is a correction: it needs a reason, and the one before stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Select, select

from paperwork.filing import Filing, file
from paperwork.reports.frozen import digest, thawed
from paperwork.reports.reading import Reading
from paperwork.reports.report import Period, Report, Row, Table
from paperwork.reports.sources import Asked
from records.clock import wall_time
from records.paper_tables import filings
from records.store import Store
from routing.calendar import SHANGHAI

VALUE: Final = "report_value"
SIGNED: Final = "report_signed"
SERIES: Final = "report"
UNSIGNED: Final = frozenset({"due"})
"""Reports that tell of no figures."""
MOST: Final = 8_000_000
"""Signs of one report that is signed: 附件7 of a line's half month has some hundred thousand."""
WORDS: Final = frozenset({"content", "note"})
"""Columns of 附件7 in which stands what was said."""


class NotSigned(LookupError):
    """Nobody signed this; one line for people."""


class CannotSign(ValueError):
    """Why this is not signed now; one line for people."""


@dataclass(frozen=True, slots=True)
class Signing:
    """Somebody signed a report. `nth` counts from 1: what is later corrects what was before, and says why."""

    name: str
    period: Period
    line: str | None
    tree: str | None
    decimals: int | None
    nth: int
    at: datetime
    who: str
    """As in the audit log."""
    by: str
    """The name that stands on paper."""
    digest: str
    closed: frozenset[str]
    """Lines whose words are not in it."""
    reason: str | None = None

    @property
    def paper(self) -> str:
        return paper_of(self.name, self.period, self.line, self.tree)

    def asked(self) -> Asked:
        """What would be asked for to make it anew."""
        return Asked(self.period, self.line, self.tree, self.decimals, self.closed)

    def to_json(self) -> dict[str, Any]:
        return {
            "report": self.name,
            "from": self.period.since.isoformat(),
            "to": self.period.until.isoformat(),
            "line": self.line,
            "tree": self.tree,
            "number": self.nth,
            "at": wall_time(self.at),
            "who": self.who,
            "by": self.by,
            "reason": self.reason,
            "digest": self.digest,
        }


def paper_of(name: str, period: Period, line: str | None, tree: str | None) -> str:
    """The paper of a report: the same days, line and tree are the same paper."""
    return f"{SERIES}:{name}:{period.since}:{period.until}:{line or '-'}:{tree or '-'}"


def may_be_signed(name: str, period: Period, now: datetime) -> None:
    """Raises CannotSign for days that are not over; a report that is due on its last day is signed on that day."""
    if name in UNSIGNED:
        raise CannotSign(f"{name} tells of no figures: there is nothing to sign")
    if period.last > now.astimezone(SHANGHAI).date():
        raise CannotSign(f"these days are not over: it is signed on {period.last} at the earliest")


class SignedReports:
    """What was signed in one database."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def before(self, name: str, asked: Asked, text: str, *, at: datetime, reason: str | None) -> list[Signing]:
        """What was signed of it before; raises CannotSign when this cannot be signed now."""
        may_be_signed(name, asked.period, at)
        if len(text) > MOST:
            raise CannotSign("this is too long to be signed as one: sign shorter spans, or each line by itself")
        paper = paper_of(name, asked.period, asked.line, asked.tree)
        rows = await self._store.rows(_signings().where(filings.c.paper == paper).order_by(filings.c.seq))
        before = [_signing(row) for row in rows]
        if before and before[-1].digest == digest(text):
            raise CannotSign(
                f"{before[-1].by} signed exactly this on {_day(before[-1].at)}: nothing is to be corrected"
            )
        if before and not (reason and reason.strip()):
            raise CannotSign(f"{before[-1].by} signed this on {_day(before[-1].at)}: a correction says why")
        return before

    async def sign(
        self, name: str, asked: Asked, text: str, *, who: str, by: str, at: datetime, reason: str | None = None
    ) -> Signing:
        """Keep `text` (`frozen.frozen`) as it is. Raises CannotSign, and Changed when somebody signs at this moment."""
        before = await self.before(name, asked, text, at=at, reason=reason)
        paper, said = paper_of(name, asked.period, asked.line, asked.tree), digest(text)
        closed = asked.closed or frozenset()
        nth = len(before) + 1
        signing = Signing(
            name, asked.period, asked.line, asked.tree, asked.decimals, nth, at, who, by, said, closed, reason
        )
        async with self._store.writing() as connection:
            await file(
                connection,
                Filing(paper, 2 * nth - 1, at, who, VALUE, {"text": text, "digest": said}),
                Filing(paper, 2 * nth, at, who, SIGNED, _data(signing)),
            )
        return signing


async def signings(
    reading: Reading, *, name: str | None = None, since: date | None = None, until: date | None = None
) -> list[Signing]:
    """All that were signed, in their order: of one report, whose days begin on `since` or later and before `until`."""
    query = _signings().where(filings.c.kind == SIGNED)
    if name is not None:
        query = query.where(filings.c.paper > f"{SERIES}:{name}:", filings.c.paper < f"{SERIES}:{name};")
    rows = await reading.rows(query.order_by(filings.c.at, filings.c.paper, filings.c.seq))
    return [
        one
        for one in map(_signing, rows)
        if (since is None or one.period.since >= since) and (until is None or one.period.since < until)
    ]


async def signings_of(reading: Reading, name: str, asked: Asked) -> list[Signing]:
    """Those of one report, the first first."""
    paper = paper_of(name, asked.period, asked.line, asked.tree)
    query = _signings().where(filings.c.paper == paper, filings.c.kind == SIGNED).order_by(filings.c.seq)
    return [_signing(row) for row in await reading.rows(query)]


async def signed_report(reading: Reading, name: str, asked: Asked, nth: int | None = None) -> tuple[Signing, Report]:
    """What was signed, as it was: the last one, or the `nth`. Raises NotSigned, Spoiled."""
    found = await signings_of(reading, name, asked)
    wanted = [one for one in found if nth is None or one.nth == nth]
    if not wanted:
        raise NotSigned("nobody signed this" if not found else f"it was signed {len(found)} times")
    signing = wanted[-1]
    query = select(filings.c.data).where(filings.c.paper == signing.paper, filings.c.seq == 2 * signing.nth - 1)
    row = await reading.row(query)
    text = "" if row is None else str(row["data"].get("text", ""))
    return signing, _marked(thawed(text, signing.digest, signing.at), signing)


def without_words(report: Report) -> Report:
    """A report for who may not read what was said in calls."""
    return replace(report, tables=tuple(map(_wordless, report.tables)))


def _wordless(table: Table) -> Table:
    hidden = [one.id in WORDS for one in table.columns]
    if not any(hidden):
        return table

    def bare(row: Row) -> Row:
        values = ("" if hide else value for value, hide in zip(row.values, hidden, strict=True))
        return replace(row, values=tuple(values))

    return replace(table, rows=tuple(map(bare, table.rows)))


def _marked(report: Report, signing: Signing) -> Report:
    """Says on paper that it was signed, by whom and when."""
    told = f"{signing.by} {signing.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    more = {"签发": told, **({"更正": f"第{signing.nth}次签发：{signing.reason}"} if signing.reason else {})}
    return replace(report, heads={**report.heads, **more})


def _signings() -> Select[Any]:
    return select(filings).where(filings.c.kind == SIGNED)


def _data(signing: Signing) -> dict[str, Any]:
    return {
        "name": signing.name,
        "since": signing.period.since.isoformat(),
        "until": signing.period.until.isoformat(),
        "line": signing.line,
        "tree": signing.tree,
        "decimals": signing.decimals,
        "nth": signing.nth,
        "by": signing.by,
        "digest": signing.digest,
        "closed": sorted(signing.closed),
        "reason": signing.reason,
    }


def _signing(row: RowMapping) -> Signing:
    data: Mapping[str, Any] = row["data"]
    period = Period(date.fromisoformat(data["since"]), date.fromisoformat(data["until"]))
    return Signing(
        data["name"], period, data["line"], data["tree"], data["decimals"], data["nth"], row["at"], row["who"],
        data["by"], data["digest"], frozenset(data["closed"]), data["reason"],
    )  # fmt: skip


def _day(at: datetime) -> str:
    return wall_time(at)[:10]
