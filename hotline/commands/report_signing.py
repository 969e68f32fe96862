"""Signing reports: report sign NAME, report signed, report differences NAME."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import typer
from sqlalchemy.exc import DBAPIError

from hotline.audited import write_down
from hotline.identity import asker
from hotline.office import sources_at
from hotline.settings import Settings
from hotline.terminal import fail, live_in, people, put
from paperwork.answers.names import PlanHouse
from paperwork.filing import Changed
from paperwork.reports.basis import compared
from paperwork.reports.book import BOOK
from paperwork.reports.frozen import Spoiled, frozen
from paperwork.reports.report import Report
from paperwork.reports.signed import (
    CannotSign,
    NotSigned,
    SignedReports,
    Signing,
    may_be_signed,
    signed_report,
    signings,
)
from paperwork.reports.sources import Asked, Sources
from records.store import NoDatabase, Store

Answer = TypeVar("Answer")


def sign(settings: Settings, name: str, asked: Asked, *, by: str | None, reason: str | None) -> None:
    """Keep a report for good as it is now."""
    if by is None or not by.strip():
        raise typer.BadParameter("say who signs: the name that stands on paper", param_hint="--by")
    plan, now = live_in(settings).plan, datetime.now(UTC)
    closed = PlanHouse(lambda: plan).closed_to(None)
    asked = Asked(asked.period, asked.line, asked.tree, asked.decimals, closed)

    async def made(sources: Sources) -> str:
        may_be_signed(name, asked.period, now)
        return frozen(await BOOK[name].make(sources, asked))

    async def kept(store: Store) -> Signing:
        signed = SignedReports(store)
        await signed.before(name, asked, text, at=now, reason=reason)
        period = asked.period
        line = {} if asked.line is None else {"line": asked.line}
        days = {"since": str(period.since), "until": str(period.until)}
        await asyncio.to_thread(
            lambda: write_down(settings, "report_signed", about=name, reason=reason, by=by.strip(), **days, **line)
        )
        return await signed.sign(name, asked, text, who=asker(), by=by.strip(), at=now, reason=reason)

    text = _asked(settings, made)
    try:
        signing = asyncio.run(_with(settings, kept))
    except (CannotSign, NoDatabase) as error:
        fail(error)
    except Changed:
        fail("somebody signs this at the same moment: look again")
    except DBAPIError as error:
        fail(f"the database cannot be used: {error.orig}")
    people.print(f"{by} signed {name} ({signing.nth}), {signing.digest[:12]}…", markup=False)
    put(signing.to_json())


def as_signed(settings: Settings, name: str, asked: Asked, nth: int | None) -> Report:
    """The report as it was signed."""

    async def found(sources: Sources) -> Report:
        return (await signed_report(sources.reading, name, asked, nth))[1]

    return _asked(settings, found)


def list_signed(settings: Settings, name: str | None) -> None:
    """All that were signed, one JSON object a line."""

    async def found(sources: Sources) -> list[Signing]:
        return await signings(sources.reading, name=name)

    for one in _asked(settings, found):
        put(one.to_json())


def tell_differences(settings: Settings, name: str, asked: Asked) -> None:
    """What the signed report would say today; ends with 1 when anything."""

    async def found(sources: Sources) -> dict[str, Any]:
        signing, signed = await signed_report(sources.reading, name, asked)
        return compared(signed, await BOOK[name].make(sources, signing.asked()))

    told = _asked(settings, found)
    put(told)
    if told["total"]:
        raise typer.Exit(1)


def _asked(settings: Settings, ask: Callable[[Sources], Awaitable[Answer]]) -> Answer:
    async def answered() -> Answer:
        async with sources_at(settings, live_in(settings).plan) as sources:
            return await ask(sources)

    try:
        return asyncio.run(answered())
    except (NotSigned, Spoiled, CannotSign) as error:
        fail(error)
    except DBAPIError as error:
        fail(f"the database cannot be read ({error.orig}): a start of the hotline mends old tables")


async def _with(settings: Settings, do: Callable[[Store], Awaitable[Answer]]) -> Answer:
    store = Store(settings.database_url)
    try:
        return await do(store)
    finally:
        await store.close()
