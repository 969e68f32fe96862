"""Shell, on real files: what makes the hotline look at the operators' files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from hotline import wishes as module
from hotline.control import Refused, ask, open_control
from hotline.live import Edition, Live, Result
from hotline.operators import mark_of
from hotline.wishes import Wishes
from tests.routing.plans import SMALL
from tests.service.town import BROKEN, Town, named


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(module, "SETTLED", 30)
    monkeypatch.setattr(module, "AGAIN", 0.05)
    return Town(tmp_path)


@asynccontextmanager
async def heeded(live: Live, seen: str, *, files: bool) -> AsyncIterator[Wishes]:
    wishes = Wishes(live, seen)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(wishes.heed_files() if files else wishes.heed_signals())
        yield wishes
        task.cancel()


async def until(holds: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None) -> None:
    async with asyncio.timeout(15):
        while not holds():
            meanwhile()
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.1)


async def test_a_signal_takes_the_files_in_and_so_does_the_next(town: Town) -> None:
    live = town.start()
    async with heeded(live, "", files=False) as wishes:
        for number, name in ((2, "一"), (3, "二")):
            town.write(named(name))
            wishes.signal()
            await until(lambda number=number: live.number == number)  # type: ignore[misc]


async def test_a_bug_in_one_reload_does_not_end_the_heeding(town: Town) -> None:
    live = town.start()
    means = live.means

    def buggy(_: Edition) -> None:
        raise ZeroDivisionError

    live.means = replace(means, swap=buggy)
    async with heeded(live, "", files=False) as wishes:
        town.write(named("一"))
        wishes.signal()
        await until(lambda: live.number == 2)
        live.means = means
        town.write(named("二"))
        wishes.signal()
        await until(lambda: live.number == 3)


async def test_a_saved_file_is_noticed_and_one_that_does_not_matter_is_not(town: Town) -> None:
    live = town.start()
    async with heeded(live, mark_of(town.config), files=True):
        saved = 0

        def save() -> None:
            nonlocal saved
            saved += 1
            (town.config / "settings.yaml").write_text(f"# {saved}")
            (town.config / "notes.txt").write_text("x")
            (town.config / ".plan.yaml.swp").write_text("x")
            if saved > 5:  # until then the folder may not be watched yet, and nothing that was saved matters
                assert not live.results or saved > 6
                town.write(named(str(saved)))

        await until(lambda: live.number > 1, save)
        town.write(BROKEN)
        await until(lambda: bool(live.refused))
        town.write(SMALL)
        await until(lambda: not live.refused)


async def test_what_was_saved_while_the_hotline_started_is_not_missed(town: Town) -> None:
    live, seen = town.start(), mark_of(town.config)
    town.write(named("新"))
    async with heeded(live, seen, files=True):
        await until(lambda: live.number == 2)


async def test_a_folder_that_went_and_came_back_is_watched_again(town: Town) -> None:
    live, seen = town.start(), mark_of(town.config)
    away = town.folder / "away"
    town.config.rename(away)
    async with heeded(live, seen, files=True):
        await until(lambda: bool(live.refused))
        away.rename(town.config)
        count = 0

        def save() -> None:
            nonlocal count
            count += 1
            town.write(named(str(count)))

        await until(lambda: live.number > 1 and not live.refused, save)


async def test_commands_come_through_the_door(town: Town) -> None:
    live = town.start()
    first = live.mark
    async with open_control(town.folder, Wishes(live, "").routes()):
        town.write(named("新"))
        done = await ask(town.folder, "POST", "/reload")
        assert (done["result"], done["number"], done["problems"]) == ("done", 2, [])
        town.write(BROKEN)
        refused = await ask(town.folder, "POST", "/reload")
        assert (refused["result"], refused["number"]) == ("refused", 2)
        assert (await ask(town.folder, "GET", "/plan"))["problems"] == refused["problems"]
        back = await ask(town.folder, "POST", "/rollback", {"number": 1})
        assert (back["number"], back["version"]) == (1, first)
        plan = await ask(town.folder, "GET", "/plan")
        assert (plan["number"], plan["set_aside"], plan["problems"]) == (1, True, [])
        for nonsense, why in (({"number": 9}, "no version 9"), ({"number": "two"}, "version's number")):
            with pytest.raises(Refused, match=why):
                await ask(town.folder, "POST", "/rollback", nonsense)
    assert live.results[Result.DONE] == 2
