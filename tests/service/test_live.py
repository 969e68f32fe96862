"""Shell: the live plan changed, refused and rolled back on real files; voice and switch are made up."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hotline.live import By, Edition, Opening, Result, opening_of, roll_back_at_rest
from hotline.versions import NoSuchVersion, Versions
from routing.reading.load import Unreadable
from tests.routing.plans import SMALL
from tests.service.town import BROKEN, Town, named


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


async def test_a_changed_file_becomes_the_next_version(town: Town) -> None:
    live = town.start()
    first = live.mark
    town.write(named("新"))
    change = await live.reload(By.COMMAND)
    assert (change.result, change.number, change.problems) == (Result.DONE, 2, ())
    assert change.mark == live.mark != first
    assert (len(town.live_names), town.equipped) == (1, town.live_names)
    live_version = town.versions.live
    assert live_version is not None
    assert (live_version.number, live_version.mark) == (2, live.mark)


async def test_the_same_files_change_nothing(town: Town) -> None:
    live = town.start()
    change = await live.reload(By.COMMAND)
    assert (change.result, change.number) == (Result.UNCHANGED, 1)
    assert (town.live_names, town.equipped, len(town.versions.listed())) == ([], [], 1)


async def test_a_bad_file_leaves_the_old_plan_serving_and_says_where_it_is_bad(town: Town) -> None:
    live = town.start()
    town.write(BROKEN)
    change = await live.reload(By.FILES)
    assert (change.result, change.number) == (Result.REFUSED, 1)
    assert any(problem.startswith(f"{town.config}/plan.yaml:") for problem in change.problems)
    assert live.refused == change.problems
    assert (town.live_names, len(town.versions.listed())) == ([], 1)
    town.write(SMALL)
    assert (await live.reload(By.FILES)).result is Result.UNCHANGED
    assert live.refused == ()
    assert live.results == {Result.REFUSED: 1, Result.UNCHANGED: 1}


async def test_words_that_nobody_can_say_refuse_the_plan_and_the_old_sounds_are_put_back(town: Town) -> None:
    live = town.start()
    old = live.now.plan
    town.unspeakable = set(old.words)
    word = next(iter(old.words.values()))
    town.write(named("新").replace(word, "换了的话。", 1))
    change = await live.reload(By.COMMAND)
    assert change.result is Result.REFUSED
    assert len(change.problems) == 1, "the others were missing before"
    assert "nobody has spoken" in change.problems[0]
    assert town.furnished[-1] == old.hotline.name
    assert town.live_names == []


async def test_words_that_were_missing_before_do_not_stand_in_the_way(town: Town) -> None:
    live = town.start()
    town.unspeakable = set(live.now.plan.words)
    town.write(named("新"))
    assert (await live.reload(By.COMMAND)).result is Result.DONE
    assert live.now.failed == town.unspeakable


async def test_a_switch_that_takes_no_phones_refuses_the_plan(town: Town) -> None:
    live = town.start()
    town.switch_refuses = True
    town.write(named("新"))
    change = await live.reload(By.COMMAND)
    assert (change.result, change.problems) == (Result.REFUSED, ("Asterisk did not answer",))
    assert (town.live_names, len(town.versions.listed())) == ([], 1)
    town.switch_refuses = False
    assert (await live.reload(By.COMMAND)).number == 2


async def test_a_rollback_stays_until_the_files_change(town: Town) -> None:
    live = town.start()
    first = live.mark
    town.write(named("新"))
    await live.reload(By.FILES)
    change = await live.rollback(None)
    assert (change.result, change.number, change.mark) == (Result.DONE, 1, first)
    assert live.set_aside
    assert (await live.reload(By.FILES)).result is Result.UNCHANGED
    assert live.mark == first
    town.write(named("更新"))
    assert (await live.reload(By.FILES)).number == 3
    assert not live.set_aside


async def test_a_recording_belongs_to_its_version_and_comes_back_with_it(town: Town) -> None:
    recordings = town.config / "recordings"
    recordings.mkdir()
    (recordings / "welcome.wav").write_bytes(b"old words")
    (recordings / "choose.wav").write_bytes(b"the same all the time")
    live = town.start()
    (recordings / "welcome.wav").write_bytes(b"new words")
    assert (await live.reload(By.FILES)).number == 2
    change = await live.rollback(1)
    assert (change.result, change.number, live.set_aside) == (Result.DONE, 1, True)
    kept = live.now.published.folder
    assert kept == town.folder / "plans" / "0001"
    assert kept is not None
    assert (kept / "recordings" / "welcome.wav").read_bytes() == b"old words"
    assert live.now.published.version == town.versions.read(town.versions.listed()[0]).version
    twins = [town.folder / "plans" / number / "recordings" / "choose.wav" for number in ("0001", "0002")]
    assert twins[0].stat().st_ino == twins[1].stat().st_ino  # kept twice, stored once
    (recordings / "welcome.wav").write_bytes(b"newest words")  # somebody works on it: no longer set aside
    assert (await live.reload(By.FILES)).number == 3


async def test_a_file_saved_while_a_rollback_runs_is_taken_in_afterwards(town: Town) -> None:
    live = town.start()
    town.write(named("新"))
    await live.reload(By.FILES)
    town.meanwhile = lambda: town.write(named("更新"))
    await live.rollback(1)
    assert (await live.reload(By.FILES)).number == 3


async def test_a_refusal_is_over_when_the_files_are_as_they_were_set_aside(town: Town) -> None:
    live = town.start()
    town.write(named("新"))
    await live.reload(By.FILES)
    await live.rollback(1)
    town.write("nodes: {")
    assert (await live.reload(By.FILES)).result is Result.REFUSED
    assert live.refused
    town.write(named("新"))
    await live.reload(By.FILES)
    assert (live.refused, live.set_aside) == ((), True)


async def test_sounds_are_those_of_the_live_plan_again_when_a_new_one_cannot_be_kept(town: Town) -> None:
    live = town.start()
    town.write(named("新"))
    (town.folder / "plans").rename(town.folder / "gone")
    (town.folder / "plans").write_text("")
    change = await live.reload(By.COMMAND)
    assert change.result is Result.REFUSED
    assert town.furnished[-1] == live.now.plan.hotline.name == "小热线"


async def test_a_recording_that_cannot_be_used_is_told_though_the_plan_goes_live(town: Town) -> None:
    live = town.start()
    town.write(named("新"))
    town.grumbles = ("recordings/welcome.wav: not a sound",)
    change = await live.reload(By.COMMAND)
    assert change.result is Result.DONE
    assert "recordings/welcome.wav: not a sound" in change.warnings


async def test_whoever_asks_gets_the_files_that_were_set_aside(town: Town) -> None:
    live = town.start()
    town.write(named("新"))
    second = (await live.reload(By.FILES)).mark
    await live.rollback(1)
    change = await live.reload(By.COMMAND)
    assert (change.result, change.number, change.mark) == (Result.DONE, 3, second)


async def test_a_rollback_to_nowhere_is_refused_in_words(town: Town) -> None:
    live = town.start()
    for number in (None, 7):
        with pytest.raises(NoSuchVersion):
            await live.rollback(number)
    assert live.number == 1


async def test_a_rollback_outlives_a_restart(town: Town) -> None:
    live = town.start()
    first = live.mark
    town.write(named("新"))
    await live.reload(By.FILES)
    await live.rollback(1)
    again = town.start()
    assert (again.number, again.mark, again.set_aside) == (1, first, True)
    town.write(named("更新"))
    assert (town.start().number, town.start().set_aside) == (3, False)


async def test_a_rollback_at_rest_holds_from_the_next_start(town: Town) -> None:
    first = town.start().mark
    town.write(named("新"))
    town.start()
    assert roll_back_at_rest(town.config, town.versions, None).number == 1
    assert town.start().mark == first


async def test_a_file_in_the_middle_of_an_edit_does_not_keep_the_hotline_down(town: Town) -> None:
    first = town.start().mark
    town.write(BROKEN)
    again = town.start()
    assert again.mark == first
    assert any("plan.yaml:" in problem for problem in again.refused)
    town.write(SMALL)
    assert town.start().refused == ()


async def test_a_first_start_with_a_bad_file_is_refused(town: Town) -> None:
    town.write(BROKEN)
    with pytest.raises(Unreadable):
        opening_of(town.config, town.versions)


async def test_a_plan_that_was_not_read_from_files_is_not_kept(town: Town) -> None:
    published = opening_of(town.config, town.versions).published
    bare = Opening(type(published)(published.plan, "made-up"))
    edition = Edition.first(bare, town.versions, town.folder)
    assert (edition.number, town.versions.listed()) == (0, ())


async def test_a_full_disk_refuses_the_plan_and_the_switch_gets_its_old_phones_back(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = town.start()
    old = live.now.plan.hotline.name

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Versions, "keep", full)
    town.write(named("新"))
    change = await live.reload(By.COMMAND)
    assert change.result is Result.REFUSED
    assert "No space left" in change.problems[0]
    assert town.equipped[-1] == old
    assert town.live_names == []


async def test_many_changes_wished_at_once_come_one_after_the_other(town: Town) -> None:
    live = town.start()

    async def wish(number: int) -> None:
        town.write(named(str(number)))
        assert (await live.reload(By.COMMAND)).result is not Result.REFUSED

    async with asyncio.TaskGroup() as tasks:
        for number in range(10, 30):
            tasks.create_task(wish(number))
    last = await live.reload(By.COMMAND)
    assert last.result is Result.UNCHANGED
    assert live.now.plan.hotline.name.startswith("29")
