"""Unit on a real database: what was signed stays as it was, and what would be different today is told cell by cell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperwork.reports.basis import compared
from paperwork.reports.book import BOOK
from paperwork.reports.differing import differences
from paperwork.reports.frozen import Spoiled, digest, frozen, thawed
from paperwork.reports.reading import open_reading
from paperwork.reports.report import Column, Period, Report, Row, Shape, Table, Value
from paperwork.reports.signed import (
    CannotSign,
    NotSigned,
    SignedReports,
    Signing,
    signed_report,
    signings,
    without_words,
)
from paperwork.reports.sources import Asked
from records.store import Store
from routing.calendar import SHANGHAI
from tests.databases import REFUSED, execute
from tests.paperwork.reports.conftest import Papers

SINCE, UNTIL = date(2026, 10, 1), date(2026, 11, 1)
OCTOBER = Period(SINCE, UNTIL)
DAY = datetime(2026, 10, 9, 10, tzinfo=SHANGHAI)
FIFTH = datetime(2026, 11, 5, 9, tzinfo=SHANGHAI)

VALUES = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9),
    st.integers(-(10**9), 10**9),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)),
)


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    store = Store(url)
    yield store
    await store.close()


async def sign(papers: Papers, store: Store, name: str, reason: str | None = None, **more: object) -> Signing:
    asked = Asked(OCTOBER)
    text = frozen(await papers.report(name, SINCE, UNTIL))
    told = {"who": "desk:chief", "by": "班长甲", "at": FIFTH, "reason": reason, **more}
    return await SignedReports(store).sign(name, asked, text, **told)  # type: ignore[arg-type]


@given(st.lists(st.tuples(VALUES, VALUES), max_size=5))
def test_a_report_comes_back_from_its_text_as_it_was(rows: list[tuple[Value, Value]]) -> None:
    columns = (Column("a", "甲"), Column("b", "乙", Shape.COUNT))
    table = Table("t", "表", columns, tuple(Row(row, drill={"list": "records"}) for row in rows), "注", "b")
    report = Report("x", "名", "热线", OCTOBER, FIFTH, (table,), ("一句。",), form="附件8", heads={"填报单位": "中心"})
    text = frozen(report)
    assert thawed(text, digest(text), FIFTH) == report
    assert frozen(thawed(text, digest(text), FIFTH)) == text


@pytest.mark.parametrize("name", [name for name in BOOK if name != "due"])
async def test_every_report_can_be_signed_and_is_shown_as_it_was(papers: Papers, store: Store, name: str) -> None:
    await papers.answer(DAY)
    made = await papers.report(name, SINCE, UNTIL)
    signing = await sign(papers, store, name)
    await papers.answer(DAY + timedelta(hours=1), kind="complaint", category="T01")
    async with open_reading(store.url) as reading:
        found, report = await signed_report(reading, name, Asked(OCTOBER))
    assert found == signing
    assert (report.tables, report.sentences, report.data) == (made.tables, made.sentences, made.data)
    assert report.heads["签发"] == "班长甲 2026-11-05 09:00"


async def test_a_correction_says_why_and_what_was_signed_before_stays(papers: Papers, store: Store) -> None:
    await papers.answer(DAY)
    first = await sign(papers, store, "monthly")
    with pytest.raises(CannotSign, match="exactly this on 2026-11-05"):
        await sign(papers, store, "monthly", "再签")
    await papers.answer(DAY, kind="complaint", category="T01")
    with pytest.raises(CannotSign, match="a correction says why"):
        await sign(papers, store, "monthly")
    second = await sign(papers, store, "monthly", "漏记投诉一件", at=FIFTH + timedelta(days=2))
    assert (first.nth, second.nth, second.reason) == (1, 2, "漏记投诉一件")
    async with open_reading(store.url) as reading:
        assert await signings(reading) == await signings(reading, name="monthly") == [first, second]
        assert await signings(reading, name="month") == []
        assert await signings(reading, since=UNTIL) == []
        _, was = await signed_report(reading, "monthly", Asked(OCTOBER), 1)
        _, now = await signed_report(reading, "monthly", Asked(OCTOBER))
        with pytest.raises(NotSigned):
            await signed_report(reading, "monthly", Asked(OCTOBER), 3)
        with pytest.raises(NotSigned):
            await signed_report(reading, "monthly", Asked(OCTOBER, "immunization"))
    assert was.tables[0].rows[0].values[-1] == 1
    assert now.tables[0].rows[0].values[-1] == 2
    assert now.heads["更正"] == "第2次签发：漏记投诉一件"


async def test_what_would_be_different_today_is_told_cell_by_cell(papers: Papers, store: Store) -> None:
    await papers.answer(DAY)
    await sign(papers, store, "briefing")
    await papers.answer(DAY, kind="complaint", category=None, place="河西区")
    async with open_reading(store.url) as reading:
        _, signed = await signed_report(reading, "briefing", Asked(OCTOBER))
    now = await papers.report("briefing", SINCE, UNTIL)
    told = {(one.table, one.row, one.column): (one.signed, one.now) for one in differences(signed, now)}
    assert told["业务受理情况", "投诉", "数量"] == (0, 1)
    assert told["业务受理情况", "合计", "数量"] == (1, 2)
    assert told["业务受理情况", "咨询", "百分比"] == (Decimal("100.0"), Decimal("50.0"))
    assert told["各地受理情况", "河西区", "投诉"] == (None, 1)
    assert ("业务受理情况", "咨询", "数量") not in told
    assert list(differences(signed, signed)) == list(differences(now, now)) == []
    assert compared(signed, now)["total"] == len(list(differences(signed, now)))


async def test_days_that_are_not_over_and_schedules_are_not_signed(papers: Papers, store: Store) -> None:
    with pytest.raises(CannotSign, match="2026-10-31"):
        await sign(papers, store, "monthly", at=datetime(2026, 10, 30, 23, 59, tzinfo=SHANGHAI))
    with pytest.raises(CannotSign, match="nothing to sign"):
        await SignedReports(store).sign("due", Asked(OCTOBER), "{}", who="desk:a", by="甲", at=FIFTH)
    signed = await sign(papers, store, "line", at=datetime(2026, 10, 31, 17, tzinfo=SHANGHAI))
    assert signed.nth == 1


async def test_nobody_changes_what_was_signed_unseen(papers: Papers, store: Store, url: str) -> None:
    signing = await sign(papers, store, "monthly")
    for change in ("DELETE FROM filings", "UPDATE filings SET who = 'desk:x'"):
        with pytest.raises(REFUSED):
            execute(url, change)
    text = frozen(await papers.report("monthly", SINCE, UNTIL))
    with pytest.raises(Spoiled):
        thawed(text.replace("0", "1"), signing.digest, FIFTH)


async def test_the_words_of_callers_are_taken_out_for_who_may_not_read_them(papers: Papers, store: Store) -> None:
    await papers.answer(DAY, note="备注甲")
    await sign(papers, store, "line")
    async with open_reading(store.url) as reading:
        _, report = await signed_report(reading, "line", Asked(OCTOBER))
    assert report.tables[0].rows[0].values[3:] == ("问接种时间", "备注甲")
    assert without_words(report).tables[0].rows[0].values[3:] == ("", "")
    assert without_words(report).tables[0].rows[0].values[0] == report.tables[0].rows[0].values[0]
