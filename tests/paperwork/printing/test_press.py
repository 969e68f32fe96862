"""Printing beside a hotline: the same documents, from another process, whatever becomes of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from subprocess import run

import pytest

from paperwork.printing import press as pressing
from paperwork.printing.press import Press, PressBroken, PressBusy
from paperwork.printing.render import Unprintable, render
from tests.paperwork.printing.made_up import listing, pages_of, report


@pytest.fixture
async def press() -> AsyncIterator[Press]:
    made = Press()
    yield made
    await made.close()


async def test_the_press_prints_what_render_does(press: Press) -> None:
    made = report(listing(900))
    assert await press.make(made, "html") == render(made, "html")
    assert await press.make(made, "xlsx") == render(made, "xlsx")
    assert "工作简报" in pages_of(await press.make(report(), "pdf"))[0]


async def test_why_something_cannot_be_printed_comes_back(press: Press) -> None:
    with pytest.raises(Unprintable, match="too long for paper"):
        await press.make(report(listing(10_001)), "pdf")
    assert (await press.make(report(), "html")).startswith(b"<!doctype html>")


async def test_a_printer_that_died_is_replaced(press: Press) -> None:
    await press.make(report(), "html")
    assert press._printer is not None
    press._printer.kill()
    assert (await press.make(report(), "html")).startswith(b"<!doctype html>")


async def test_a_printer_that_dies_at_its_work_is_told_of_and_the_next_wish_is_done(press: Press) -> None:
    async def kill() -> None:
        while press._printer is None:  # noqa: ASYNC110 - begun within a turn or two
            await asyncio.sleep(0)
        press._printer.kill()

    killing = asyncio.create_task(kill())
    with pytest.raises(PressBroken):
        await press.make(report(), "html")
    await killing
    assert (await press.make(report(), "html")).startswith(b"<!doctype html>")


async def test_what_takes_too_long_is_ended() -> None:
    press = Press(patience=0.01)
    with pytest.raises(PressBroken, match="within"):
        await press.make(report(), "pdf")
    assert press._printer is None


async def test_a_wish_that_is_given_up_leaves_no_answer_for_the_next(press: Press) -> None:
    await press.make(report(), "html")
    given_up = asyncio.create_task(press.make(report(listing(2000)), "xlsx"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert (await press.make(report(), "html")).startswith(b"<!doctype html>")


async def test_too_many_wishes_are_refused_at_once(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pressing, "WAITING", 2)
    first = [asyncio.create_task(press.make(report(), "html")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(PressBusy):
        await press.make(report(), "html")
    assert len(await asyncio.gather(*first)) == 2


def test_who_asks_the_press_never_loads_the_type_setter() -> None:
    code = "import sys, paperwork.printing.press, hotline.service, hotline.cli; print('weasyprint' in sys.modules)"
    said = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
