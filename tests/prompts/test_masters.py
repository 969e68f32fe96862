"""What we ship: every word that can be played has its master, and it is worth hearing. Kind: unit, on real files."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from ruamel.yaml import YAML

from prompts import sound
from prompts.build import build
from prompts.catalogue import Catalogue
from prompts.master import Master, key
from prompts.voice import voice_name

HOUSE = Path(__file__).parents[2]
MASTERS = HOUSE / "prompts" / "masters"

LINES = (
    *("psychological-aid", "womens-health", "childrens-health", "immunization", "hiv-counselling"),
    *("animal-injury", "health-knowledge", "health-supervision", "emergency", "booking"),
)
ALWAYS_OPEN = ("psychological-aid", "emergency")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(YAML(typ="safe").load(HOUSE / "config" / "prompts.yaml")["prompts"])


@pytest.fixture(scope="module")
def manifest() -> dict[str, Master]:
    rows = json.loads((MASTERS / "manifest.json").read_text("utf-8"))
    return {filed: Master(**row) for filed, row in rows.items()}


def _sound(filed: str) -> sound.Samples:
    samples, rate = soundfile.read(MASTERS / f"{filed}.flac", dtype="float32")
    assert (rate, samples.ndim) == (24_000, 1)
    return np.asarray(samples, np.float32)


def test_every_line_has_the_words_that_it_needs(catalogue: Catalogue) -> None:
    wanted = {f"connecting-{line}" for line in LINES} | {f"closed-{line}" for line in LINES if line not in ALWAYS_OPEN}
    assert wanted <= set(catalogue.prompts)


def test_every_word_that_can_be_played_has_its_master(catalogue: Catalogue, manifest: dict[str, Master]) -> None:
    filed = {key(text, voice_name()): (name, text) for name, text in catalogue.texts.items()}
    assert sorted(filed) == list(manifest)  # none missing, none left over, and sorted
    assert {path.stem for path in MASTERS.glob("*.flac")} == set(filed)
    assert all(manifest[k].text == text and manifest[k].voice == voice_name() for k, (_, text) in filed.items())


def test_every_master_is_the_file_that_was_made(manifest: dict[str, Master]) -> None:
    changed = [
        entry.id
        for filed, entry in manifest.items()
        if hashlib.sha256((MASTERS / f"{filed}.flac").read_bytes()).hexdigest() != entry.sha256
    ]
    assert changed == []


def test_all_masters_are_equally_loud_and_none_clips(manifest: dict[str, Master]) -> None:
    wrong = {}
    for filed, entry in manifest.items():
        samples = _sound(filed)
        loud, peak = sound.loudness(samples), float(np.abs(samples).max())
        if abs(loud - sound.SPEECH_LUFS) > 1 or peak > sound.PEAK + 0.01:
            wrong[entry.id] = (round(loud, 1), round(peak, 2))
    assert wrong == {}


def test_masters_are_as_long_as_their_words(manifest: dict[str, Master]) -> None:
    """A syllable takes between 0.14 and 0.7 s: less means that words were swallowed, more that the voice got lost."""
    wrong = {
        entry.text: entry.seconds
        for entry in manifest.values()
        for syllables in [sum("\u4e00" <= c <= "\u9fff" or c.isdigit() for c in entry.text)]
        if not 0.14 * syllables < entry.seconds < 0.45 + 0.42 * syllables
    }
    assert wrong == {}


def test_no_master_falls_silent_for_a_second(manifest: dict[str, Master]) -> None:
    silent = []
    for filed, entry in manifest.items():
        samples = _sound(filed)
        blocks = samples[: len(samples) // 1200 * 1200].reshape(-1, 1200)  # 50 ms
        quiet = "".join("." if level < 0.003 else "#" for level in np.sqrt((blocks**2).mean(axis=1)))
        if "." * 20 in quiet or quiet.startswith("..") or quiet.endswith("..."):
            silent.append((entry.id, quiet))
    assert silent == []


def test_the_masters_stay_small_enough_for_a_repository() -> None:
    assert sum(path.stat().st_size for path in MASTERS.iterdir()) < 20_000_000


def test_setting_up_from_masters_takes_no_voice_and_the_second_time_no_time(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    def again() -> tuple[int, tuple[str, ...], float]:
        begun = time.monotonic()
        report = build(
            catalogue,
            recordings=tmp_path / "recordings",
            masters=[tmp_path / "masters", MASTERS],
            out=tmp_path / "sounds",
            voice=None,
        )
        return len(report.built), report.problems, time.monotonic() - begun

    assert again()[:2] == (len(catalogue.texts) + 2, ())
    built, problems, seconds = again()
    assert (built, problems) == (0, ())
    assert seconds < 1
