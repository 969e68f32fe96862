"""The recital: what a caller would hear on a dry walk, as sound."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import soundfile

from hotline.handset import RATE, Samples, tone
from hotline.sound_file import load
from prompts.catalogue import BEEP, Catalogue
from routing import node as nodes
from routing.dry_walk import Heard
from routing.plan import Plan

PLAYERS: Final = {
    "pw-play": [],
    "paplay": [],
    "aplay": ["-q"],
    "afplay": [],
    "ffplay": ["-nodisp", "-autoexit", "-loglevel", "error"],
    "play": ["-q"],
}
"""Programs that play a WAV file, best first, and what they want to be told."""

BETWEEN_SOUNDS, BETWEEN_STEPS, KEY, BETWEEN_KEYS = 0.15, 0.6, 0.12, 0.08
"""Seconds: two silences, how long a key's tone lasts, and the silence after it."""

_ROWS: Final = {"123": 697, "456": 770, "789": 852, "*0#": 941}
_COLUMNS: Final = (1209, 1336, 1477)


class Unheard(Exception):
    """It cannot be spoken; the text says what to do."""


class Recital:
    """Speaks steps of a plan from built sounds, as the telephone has them."""

    def __init__(self, plan: Plan, sounds: Path) -> None:
        self._plan, self._folder = plan, sounds
        self._catalogue = Catalogue(plan.prompts)

    def of(self, steps: Iterable[Heard]) -> Samples:
        """The steps one after another, each followed by the tones of its keys. Raises Unheard."""
        parts: list[Samples] = []
        before = None
        for step in steps:
            for name in (*self._names(step), *self._beep(step, before)):
                parts += (self._sound(name), _silence(BETWEEN_SOUNDS))
            for key in step.heard or "":
                parts += (key_tone(key), _silence(BETWEEN_KEYS))
            parts.append(_silence(BETWEEN_STEPS))
            before = step.step
        return np.concatenate(parts) if parts else _silence(BETWEEN_STEPS)

    def _names(self, step: Heard) -> Iterator[str]:
        """The sounds of a step, with those of a number that is read back."""
        node = self._plan.nodes.get(step.step)
        if not isinstance(node, nodes.Ask) or len(step.say) == len(step.sounds):
            yield from step.sounds
            return
        before = len(node.confirm)
        digits = "".join(digit for digit in step.say[before] if digit.isdigit())
        yield from step.sounds[:before]
        yield from self._catalogue.digits(digits) if digits else ()
        yield from step.sounds[before:]

    def _beep(self, step: Heard, before: str | None) -> tuple[str, ...]:
        """Before a recording; the thanks after it are of the same node."""
        return (BEEP,) if isinstance(self._plan.nodes.get(step.step), nodes.Message) and step.step != before else ()

    def _sound(self, name: str) -> Samples:
        try:
            return load(self._folder / f"{name}.alaw")
        except FileNotFoundError:
            raise Unheard(f"no sound {name} in {self._folder}: run `hotline prompts build` first") from None


def key_tone(key: str) -> Samples:
    """The two tones of a key (ITU-T Q.23)."""
    row, hertz = next((row, hertz) for row, hertz in _ROWS.items() if key in row)
    low, high = (tone(f, KEY, dbfs=-15.0) for f in (hertz, _COLUMNS[row.index(key)]))
    return (low + high).astype(np.int16)


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.int16)


def write_wav(file: Path, sound: Samples) -> None:
    """Raises Unheard when the file cannot be written."""
    try:
        soundfile.write(file, sound, RATE, subtype="PCM_16", format="WAV")
    except (OSError, soundfile.LibsndfileError) as error:
        raise Unheard(f"{file} cannot be written: {error}") from None


def play(sound: Samples) -> None:
    """Play through this machine's loudspeaker, to the end. Raises Unheard."""
    player = next((path for name in PLAYERS if (path := shutil.which(name)) is not None), None)
    if player is None:
        raise Unheard(f"nothing here plays sound: install one of {', '.join(PLAYERS)}, or write a file with --wav")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "recital.wav"
        write_wav(file, sound)
        done = subprocess.run([player, *PLAYERS[Path(player).name], str(file)], capture_output=True, check=False)
    if done.returncode:
        reason = (done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
        raise Unheard(f"{Path(player).name} cannot play here ({reason}): write a file with --wav")
