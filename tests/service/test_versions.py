"""Unit, on real files: the kept plans of a hotline."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline import versions as module
from hotline.operators import Published, mark_of, read_config
from hotline.versions import NoSuchVersion, Versions
from tests.routing.plans import SMALL

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def write(config: Path, text: str = SMALL) -> Published:
    config.mkdir(exist_ok=True)
    (config / "plan.yaml").write_text(text, encoding="utf-8")
    return read_config(config)


def renamed(name: str) -> str:
    return SMALL.replace("name: ", f"name: {name}", 1)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config"


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path / "plans")


def test_nothing_is_live_where_nothing_was_kept(versions: Versions) -> None:
    assert (versions.listed(), versions.live, versions.set_aside) == ((), None, None)
    with pytest.raises(NoSuchVersion, match="never started"):
        versions.find()


def test_a_kept_plan_is_the_same_plan_with_the_same_mark(config: Path, versions: Versions) -> None:
    published = write(config)
    version = versions.keep(published, AT)
    assert (version.number, version.mark, version.kept) == (1, published.version, AT)
    again = versions.read(version)
    assert (again.plan, again.version, again.files) == (published.plan, published.version, published.files)


def test_files_in_folders_and_bytes_of_other_systems_are_kept_as_they_were(versions: Versions, config: Path) -> None:
    published = write(config)
    files = {**published.files, "lines/more.yaml": "# one\r\n# 二\r\n"}
    version = versions.keep(Published(published.plan, "another", files), AT)
    folder = versions._home(version.number)
    assert (folder / "lines" / "more.yaml").read_bytes() == "# one\r\n# 二\r\n".encode()


def test_the_versions_of_one_run_follow_each_other(config: Path, versions: Versions) -> None:
    for name in "一二三":
        versions.make_live(versions.keep(write(config, renamed(name)), AT))
    assert [version.after for version in versions.listed()] == [None, 1, 2]


def test_the_live_plan_is_not_kept_twice_but_one_that_comes_back_later_is(config: Path, versions: Versions) -> None:
    first, second = write(config), write(config, renamed("另一条"))
    for expected, published in enumerate((first, second, first), start=1):
        version = versions.keep(published, AT)
        versions.make_live(version)
        assert version.number == expected
        assert versions.keep(published, AT + timedelta(days=1)) == version
    assert [(v.number, v.mark) for v in versions.listed()] == [
        (1, first.version),
        (2, second.version),
        (3, first.version),
    ]


def test_the_one_before_is_found_or_one_by_its_number(config: Path, versions: Versions) -> None:
    kept = [versions.keep(write(config, renamed(name)), AT) for name in "一二三"]
    versions.make_live(kept[2])
    assert versions.find() == kept[1]
    versions.make_live(kept[1], set_aside="abc")
    assert (versions.find(), versions.find(3), versions.set_aside) == (kept[0], kept[2], "abc")
    versions.make_live(kept[0])
    assert versions.set_aside is None
    with pytest.raises(NoSuchVersion, match="none is older than 1"):
        versions.find()
    with pytest.raises(NoSuchVersion, match=r"no version 9 is kept; there are 1 to 3"):
        versions.find(9)


def test_the_one_before_is_the_one_that_was_live_before_not_the_bad_one_that_was_rolled_back(
    config: Path, versions: Versions
) -> None:
    good, bad = (versions.keep(write(config, renamed(name)), AT) for name in "好坏")
    versions.make_live(bad)
    versions.make_live(versions.find())
    better = versions.keep(write(config, renamed("再")), AT)
    versions.make_live(better)
    assert (better.number, better.after) == (3, 1)
    assert versions.find() == good


def test_old_versions_go_and_the_live_one_stays(
    config: Path, versions: Versions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    first = versions.keep(write(config, renamed("0")), AT)
    versions.make_live(first)
    for name in range(1, 7):
        versions.keep(write(config, renamed(str(name))), AT)
    assert [version.number for version in versions.listed()] == [1, 5, 6, 7]
    assert versions.live == first


def test_what_was_damaged_by_hand_is_passed_over(config: Path, versions: Versions, tmp_path: Path) -> None:
    first = versions.keep(write(config), AT)
    second = versions.keep(write(config, renamed("二")), AT)
    (tmp_path / "plans" / "live.json").write_text("{")
    assert versions.live == second
    (tmp_path / "plans" / "0002" / "meta.json").write_text(json.dumps({"number": "two"}))
    assert versions.live == first
    (tmp_path / "plans" / "live.json").write_text("[]")
    assert (versions.live, versions.set_aside) == (first, None)
    assert versions.keep(write(config, renamed("三")), AT).number == 3


def test_a_plan_that_cannot_be_written_leaves_nothing_half(config: Path, versions: Versions, tmp_path: Path) -> None:
    published = write(config)
    with pytest.raises(OSError, match="name too long"):
        versions.keep(Published(published.plan, "x", {"a" * 300: ""}), AT)
    assert list((tmp_path / "plans").iterdir()) == []


def test_the_mark_of_a_folder_changes_with_its_files_good_or_bad_and_not_with_the_rest(config: Path) -> None:
    write(config)
    (config / "tests").mkdir()
    first = mark_of(config)
    (config / "settings.yaml").write_text("sip: {}")
    (config / "tests" / "menu.yaml").write_text("- {}")
    (config / "paperwork").mkdir()
    (config / "paperwork" / "rules.yaml").write_text("{}")
    (config / "notes.txt").write_text("x")
    assert mark_of(config) == first
    (config / "plan.yaml").write_bytes(b"\xff\xfe{")
    broken = mark_of(config)
    assert broken != first
    (config / "lines").mkdir()
    (config / "lines" / "one.yml").write_text("")
    assert mark_of(config) not in (first, broken)
