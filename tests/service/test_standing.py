"""Unit, on real files: a dialplan plays the words of its own plan, whatever is built after it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from hotline.sounds import forget_standing, standing
from prompts import sound
from prompts.build import kept_names
from prompts.master import MANIFEST
from routing.check import read_plan
from tests.routing.plans import SMALL

PLAN = read_plan({"small.yaml": SMALL})


def built(sounds: Path, words: str) -> None:
    """What a build of the small plan leaves, each prompt made of these words."""
    (sounds / "kept").mkdir(parents=True, exist_ok=True)
    (sounds / MANIFEST).write_text(json.dumps({name: f"{name} {words}" for name in PLAN.words}))
    for extension in sound.FORMATS:
        (sounds / f"say-number-1.{extension}").write_text("一")
    for name in PLAN.words:
        for extension in sound.FORMATS:
            (sounds / f"{kept_name(sounds, name)}.{extension}").write_text(words)


def kept_name(sounds: Path, name: str) -> str:
    mark = json.loads((sounds / MANIFEST).read_text())[name]
    return f"kept/{hashlib.sha256(mark.encode()).hexdigest()[:20]}"


def test_the_sounds_of_a_plan_stand_together_under_plain_names(tmp_path: Path) -> None:
    built(tmp_path, "old")
    assert len(kept_names(tmp_path, PLAN.words)) == len(PLAN.words)
    old = standing(PLAN, tmp_path)
    assert old is not None
    built(tmp_path, "new")
    for path in (tmp_path / "kept").iterdir():
        if path.read_text() == "old":
            path.unlink()  # as when no call plays it any more
    new = standing(PLAN, tmp_path)
    assert new not in (None, old)
    assert (tmp_path / old / "choose.alaw").read_text() == "old"
    assert (tmp_path / str(new) / "choose.alaw").read_text() == "new"
    assert (tmp_path / str(new) / "say-number-1.alaw").read_text() == "一"
    forget_standing(tmp_path, new)
    assert [path.name for path in (tmp_path / "plans").iterdir()] == [str(new).rpartition("/")[2]]
    assert standing(PLAN, tmp_path) == new


def test_sounds_that_were_made_elsewhere_are_played_by_their_plain_names(tmp_path: Path) -> None:
    built(tmp_path, "old")
    next((tmp_path / "kept").glob("*.alaw")).unlink()
    assert standing(PLAN, tmp_path) is None
