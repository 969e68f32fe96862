"""Unit: which files of a folder are read, and which never."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hotline.folder import MOST_FILES, read_folder
from hotline.operators import look, read_config
from routing.reading.problem import Unreadable
from tests.routing.plans import SMALL

HEAD, _, PROMPTS = SMALL.partition("prompts:\n")


def put(folder: Path, **files: str) -> Path:
    """Files by name; `__` stands for a slash."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def told(folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder}/", "") for problem in look(folder)[1].errors]


def names(folder: Path) -> list[str]:
    return [str(Path(name).relative_to(folder)) for name in read_folder(folder).files]


def test_what_is_included_is_part_of_the_plan_and_of_its_version(tmp_path: Path) -> None:
    put(tmp_path, plan=HEAD + "include: [words/*.yaml]\n", words__a="prompts:\n" + PROMPTS)
    published = read_config(tmp_path)
    assert published.plan.prompts["welcome"] == "您好。"
    assert sorted(published.files) == ["plan.yaml", "words/a.yaml"]
    put(tmp_path, words__a="prompts:\n" + PROMPTS.replace("您好。", "你好。"))
    assert read_config(tmp_path).version != published.version


def test_a_path_is_seen_from_the_file_that_it_stands_in_and_may_go_up_within_the_folder(tmp_path: Path) -> None:
    put(tmp_path, plan=HEAD + "include: more/first.yaml\n", more__first="include: [deep/second.yaml, ../words.yml]\n")
    put(tmp_path, more__deep__second="include: [../../third/*.yaml]\n", third__a="prompts:\n" + PROMPTS)
    (tmp_path / "words.yml").write_text("agents: {}\n")
    assert names(tmp_path) == ["plan.yaml", "more/first.yaml", "more/deep/second.yaml", "third/a.yaml", "words.yml"]


def test_a_file_that_is_there_and_included_twice_is_read_once(tmp_path: Path) -> None:
    include = "include: ['*.yaml', words.yaml, plan.yaml]\n"
    put(tmp_path, plan=HEAD + include.replace(", plan.yaml", ""), words="prompts:\n" + PROMPTS)
    assert told(tmp_path) == []
    assert names(tmp_path) == ["plan.yaml", "words.yaml"]


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ("[none.yaml]", "plan.yaml:2:11: no file is called `none.yaml` here [include-missing]"),
        ("[none/*.yaml]", "plan.yaml:2:11: no file is called `none/*.yaml` here [include-missing]"),
        ("[/etc/hosts.yaml]", "plan.yaml:2:11: `/etc/hosts.yaml` lies outside the folder; "),
        ("[../a.yaml]", "plan.yaml:2:11: `../a.yaml` lies outside the folder; "),
        ("[more/../../a.yaml]", "plan.yaml:2:11: `more/../../a.yaml` lies outside the folder; "),
        ("['..\\a.yaml']", "plan.yaml:2:11: `..\\a.yaml` lies outside the folder; "),
        ("[settings.yaml]", "plan.yaml:2:11: no file is called `settings.yaml` here [include-missing]"),
        ("[tests/table.yaml]", "plan.yaml:2:11: no file is called `tests/table.yaml` here [include-missing]"),
        ("[plan.yaml]", "plan.yaml:2:11: includes itself: plan.yaml → plan.yaml [include-cycle]"),
        ("5", "plan.yaml:2:10: include: must be a list of paths (here: `5`) [wrong-type]"),
        ("[[a]]", "plan.yaml:2:11: include: must be a list of paths"),
    ],
)
def test_what_cannot_be_included_is_told_where_it_is_asked_for(tmp_path: Path, include: str, expected: str) -> None:
    put(tmp_path, plan=f"# more\ninclude: {include}\n" + SMALL, settings="{}", tests__table="a: 1")
    found = told(tmp_path)
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_files_that_include_each_other_are_told(tmp_path: Path) -> None:
    put(tmp_path, plan=HEAD + "include: [words/a.yaml]\n", words__a="include: b.yaml\n", words__b="include: a.yaml\n")
    assert "words/b.yaml:1:10: includes itself: a.yaml → b.yaml → a.yaml [include-cycle]" in told(tmp_path)


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    outside.write_text("prompts: {x: y}\n")
    put(tmp_path / "config", plan=SMALL + "include: [link.yaml]\n")
    (tmp_path / "config" / "sub").mkdir()
    (tmp_path / "config" / "sub" / "link.yaml").symlink_to(outside)
    put(tmp_path / "config", plan=SMALL + "include: [sub/link.yaml]\n")
    assert "lies outside the folder" in told(tmp_path / "config")[0]
    assert names(tmp_path / "config") == ["plan.yaml"]


def test_what_is_no_plain_file_is_not_opened(tmp_path: Path) -> None:
    put(tmp_path, plan=SMALL)
    os.mkfifo(tmp_path / "pipe.yaml")
    assert told(tmp_path) == ["pipe.yaml:1:1: cannot be read: it is no plain file [cannot-read]"]


def test_tests_recordings_and_settings_are_no_part_of_the_plan(tmp_path: Path) -> None:
    put(tmp_path, plan=SMALL + "include: ['**/*.yaml']\n", settings="sip: {}", tests__table="- a", recordings__x="- b")
    put(tmp_path, more__a="agents: {}\n")
    assert names(tmp_path) == ["plan.yaml", "more/a.yaml"]


def test_more_files_than_a_hotline_needs_are_not_read(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 20):
        put(tmp_path, **{f"f{number:03}": "agents: {}\n"})
    assert len(names(tmp_path)) == MOST_FILES
    assert [problem.rule for problem in read_folder(tmp_path).problems] == ["too-many-files"]


def test_files_that_are_too_large_together_are_not_read_on(tmp_path: Path) -> None:
    put(tmp_path, **{f"f{number}": "# " + "x" * 900_000 + "\n" for number in range(4)})
    assert names(tmp_path) == ["f0.yaml", "f1.yaml"]
    assert told(tmp_path) == [
        "f2.yaml:1:1: with this one, all files together are larger than 2 MiB [too-large-together]"
    ]


def test_what_one_file_holds_is_told_though_another_cannot_be_read(tmp_path: Path) -> None:
    put(tmp_path, plan=HEAD.replace("tries: 2", "tris: 2").replace("start: hello", "start: helo"))
    (tmp_path / "words.yaml").write_bytes(("prompts:\n" + PROMPTS).encode("gb18030"))
    assert [line.rpartition("[")[2] for line in told(tmp_path)] == ["unknown-key]", "encoding]"]
    with pytest.raises(Unreadable, match="GBK"):
        read_config(tmp_path)


def test_a_folder_without_files_is_told_by_its_name(tmp_path: Path) -> None:
    assert [str(problem) for problem in look(tmp_path)[1].errors] == [
        f"{tmp_path}:1:1: no *.yaml file here: name the folder that holds the hotline's files [no-files]"
    ]


def test_a_huge_file_is_not_taken_whole(tmp_path: Path) -> None:
    put(tmp_path, plan=SMALL)
    with (tmp_path / "huge.yaml").open("wb") as file:
        file.truncate(100 << 20)
    assert told(tmp_path) == ["huge.yaml:1:1: larger than 1 MiB; split it [too-large]"]
