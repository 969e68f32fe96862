"""A voice of five lines and the folders of one build."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from prompts.build import Report, build
from prompts.catalogue import Catalogue
from prompts.sound import Samples
from prompts.voice import Voice


@dataclass
class Humming:
    """Hums for a tenth of a second a word, and remembers what it was asked to say."""

    name: str = "humming"
    pitch: float = 440.0
    said: list[str] = field(default_factory=list)

    def speak(self, text: str) -> tuple[Samples, int]:
        self.said.append(text)
        silence = np.zeros(8_000, np.float32)
        t = np.arange(int(16_000 * 0.1 * len(text))) / 16_000
        return np.concatenate([silence, 0.2 * np.sin(2 * np.pi * self.pitch * t), silence]).astype(np.float32), 16_000


class FewWords(Catalogue):
    """A catalogue of the operators' prompts alone, quick to build."""

    def __init__(self, **prompts: str) -> None:
        super().__init__({name.replace("_", "-"): text for name, text in prompts.items()})
        self._texts = self.prompts


@dataclass
class House:
    """One hotline's folders."""

    root: Path

    @property
    def recordings(self) -> Path:
        return self.root / "recordings"

    @property
    def masters(self) -> Path:
        return self.root / "masters"

    @property
    def out(self) -> Path:
        return self.root / "sounds"

    def build(self, catalogue: Catalogue, voice: Voice | None, *more: Path) -> Report:
        return build(catalogue, recordings=self.recordings, masters=[self.masters, *more], out=self.out, voice=voice)

    def files(self) -> set[str]:
        return {path.name for path in self.out.iterdir() if path.name not in ("manifest.json", "kept")}


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = House(tmp_path)
    made.recordings.mkdir()
    return made
