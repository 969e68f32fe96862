"""Unit: what a draft is, without files and without a desk."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hotline.drafting.draft import Draft, Ground, Source, Unfit, line_by_line

AT = datetime(2026, 11, 20, tzinfo=UTC)
GROUND = Ground(1, "m1", "d1")


def draft_of(base: dict[str, str], files: dict[str, str]) -> Draft:
    return Draft("wang", Source.LIVE, GROUND, base, files, AT, AT)


def test_a_renewed_draft_takes_what_others_changed_and_keeps_what_its_owner_did() -> None:
    base = {"a": "1", "b": "1", "c": "1", "d": "1", "e": "1"}
    mine = {"a": "mine", "b": "1", "c": "mine", "e": "1", "new": "mine"}  # d is gone
    theirs = {"a": "1", "b": "theirs", "c": "theirs", "d": "theirs", "fresh": "theirs"}  # e is gone
    renewed, both = draft_of(base, mine).renewed(theirs, Ground(2, "m2", "d2"), AT)
    assert renewed.files == {"a": "mine", "b": "theirs", "c": "mine", "new": "mine", "fresh": "theirs"}
    assert both == ("c", "d")
    assert renewed.ground.number == 2
    assert renewed.touched == {"a": "changed", "c": "changed", "d": "gone", "new": "new"}


def test_a_draft_comes_back_from_the_disk_as_it_was() -> None:
    draft = draft_of({"plan.yaml": "您好"}, {"plan.yaml": "您好！"})
    assert Draft.from_json(draft.to_json()) == draft


@pytest.mark.parametrize("name", ["plan.yaml", "lines/heart.yml", "tests/night.yaml", "热线.yaml"])
def test_files_of_a_plan_have_names_like_these(name: str) -> None:
    assert draft_of({}, {}).with_file(name, "", AT).files == {name: ""}


@pytest.mark.parametrize(
    "name", ["", "/plan.yaml", "../plan.yaml", "a/../b.yaml", "settings.yaml", "paperwork/rules.yaml", "plan.yaml.new"]
)
def test_a_draft_has_no_files_beside_the_plan(name: str) -> None:
    with pytest.raises(Unfit):
        draft_of({}, {}).with_file(name, "", AT)


def test_a_draft_does_not_grow_without_end() -> None:
    draft = draft_of({}, {})
    with pytest.raises(Unfit, match="1 MiB"):
        draft.with_file("plan.yaml", "#" * (1 << 20) + "#", AT)
    draft = draft.with_file("a.yaml", "#" * (1 << 20), AT).with_file("b.yaml", "#" * (1 << 20), AT)
    with pytest.raises(Unfit, match="2 MiB"):
        draft.with_file("c.yaml", "#", AT)


def test_lines_that_differ_are_told_with_what_stands_around_them() -> None:
    (told,) = line_by_line({"a.yaml": "1\n2\n3\n4\n5\n6\n"}, {"a.yaml": "1\n2\n3\n4\nfive\n6\n"})
    assert told["lines"].splitlines()[1:] == [" 3", " 4", "-5", "+five", " 6"]
