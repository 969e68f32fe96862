"""Unit on real databases: names and contacts go with their term, everywhere; of quiet lines at once, unless agreed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from paperwork.answers.complete import Unfit
from records.audit import Audit
from records.paper_tables import answers, filings
from records.retention.holds import Hold, Holds
from records.retention.reducing import Reduced, Reducing
from tests.databases import REFUSED, execute
from tests.paperwork.answers.desk import Room, note, room, tale
from tests.paperwork.answers.made_up import AT, CONTACT, FULL

LATER = AT + timedelta(days=400)


@asynccontextmanager
async def kept(url: str, tmp_path: Path, *talks: tuple[str, str | None]) -> AsyncIterator[tuple[Room, Reducing]]:
    """A call that ended, its record, and what reduces."""
    holds, audit = Holds(url, tmp_path), Audit(url, tmp_path)
    async with room(url) as here:
        story = tale("a-1", *talks)
        await here.hear(story)
        await note(url, *story)
        yield here, Reducing(url, holds, audit, "engine:a")


async def everything(here: Room) -> str:
    """All that the database knows of the record."""
    rows = [dict(row) for table in (answers, filings) for row in await here.store.rows(select(table))]
    return json.dumps(rows, default=str, ensure_ascii=False)


async def test_names_and_contacts_go_when_their_term_is_over_and_all_else_stays(url: str, tmp_path: Path) -> None:
    async with kept(url, tmp_path, ("immunization", "ann")) as (here, reducing):
        content = {"content": f"请回电{CONTACT}，问接种地点"}
        await here.book.fill("a-1", {**FULL, **content}, seq=None, who="desk:ann", at=AT)
        await here.book.sign("a-1", f"已回电{CONTACT}", "班长甲", seq=None, who="desk:chief", at=AT)
        before = await here.book.record("a-1")
        assert await reducing.reduce(AT - timedelta(days=1), LATER, days=365) == Reduced(0)
        assert CONTACT in await everything(here)
        await reducing.reduce(AT + timedelta(days=1), LATER, days=365)
        told = await everything(here)
        assert CONTACT not in told
        assert "张三" not in told
        after = await here.book.record("a-1")
        assert (after.body.contact, after.body.asked_by) == ("139****0042", "张*")
        assert after.body.content == "请回电139****0042，问接种地点"
        assert (after.seq, after.state, after.number, after.owner) == (
            before.seq,
            before.state,
            before.number,
            before.owner,
        )
        entries = [one.deed for one in await reducing.audit.entries() if one.deed.about == "answers"]
        assert [deed.details["calls"] for deed in entries] == [["a-1"]]
        await reducing.reduce(AT + timedelta(days=1), LATER, days=365)
        assert len([one for one in await reducing.audit.entries() if one.deed.about == "answers"]) == 1
        with pytest.raises(Unfit, match="over"):
            await here.book.correct("a-1", {"contact": CONTACT}, "again", seq=None, who="desk:chief", at=LATER)
        assert (
            await here.book.correct("a-1", {"place": "河西区"}, "错", seq=None, who="desk:chief", at=LATER)
        ).corrections
        said = f"来电人改为{CONTACT}"
        await here.book.correct("a-1", {"content": said}, said, seq=None, who="desk:chief", at=LATER)
        assert CONTACT not in await everything(here)  # nobody reduces it again
        with pytest.raises(REFUSED, match="append-only"):
            execute(url, "UPDATE filings SET data = '{}' WHERE paper = 'answer:a-1'")


async def test_what_is_held_stays(url: str, tmp_path: Path) -> None:
    async with kept(url, tmp_path, ("immunization", "ann")) as (here, reducing):
        await reducing.holds.place(Hold("a-1", AT, "os:ann", "the prosecutor asks"))
        await reducing.reduce(AT + timedelta(days=1), LATER, days=365)
        assert (await here.book.record("a-1")).body.contact == CONTACT


async def test_a_caller_who_came_to_a_quiet_line_leaves_only_what_they_agreed_to(url: str, tmp_path: Path) -> None:
    async with kept(url, tmp_path, ("immunization", "ann"), ("hiv", "bob")) as (here, reducing):
        await here.book.fill("a-1", {"asked_by": None, "content": "检测"}, seq=None, who="desk:bob", at=AT)
        await reducing.mask(["a-1"], AT)
        assert CONTACT not in await everything(here)
        assert "139****0042" not in await everything(here)
        record = await here.book.record("a-1")
        assert (record.body.contact, record.body.content) == (None, "检测")
        with pytest.raises(Unfit, match="agrees"):
            await here.book.fill("a-1", {"contact": CONTACT}, seq=None, who="desk:bob", at=AT)


async def test_what_the_caller_of_a_quiet_line_agreed_to_stays_until_its_term(url: str, tmp_path: Path) -> None:
    left = "13900000077"
    async with kept(url, tmp_path, ("immunization", "ann"), ("hiv", "bob")) as (here, reducing):
        await here.book.fill("a-1", {"contact": left, "consent": True}, seq=None, who="desk:bob", at=AT)
        await reducing.mask(["a-1"], AT)
        told = await everything(here)
        assert left in told
        assert CONTACT not in told
        await reducing.reduce(AT + timedelta(days=1), LATER, days=365)
        assert left not in await everything(here)
