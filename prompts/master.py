"""Masters: one 24 kHz FLAC for each text that was spoken, found by what was said and by whom.

A folder of masters has a `manifest.json` that tells, for each key, the text, the voice and the file's SHA-256.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile

from prompts import sound
from prompts.sound import BadSound, Samples

BUILD: Final = 1
"""Raise it when the way from text to master changes: every master is then made anew."""

MANIFEST: Final = "manifest.json"


def key(text: str, voice: str) -> str:
    """What a master is filed under."""
    return hashlib.sha256("\0".join((text, voice, str(BUILD))).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Master:
    """One entry of the manifest; `id` is the sound it was first made for."""

    id: str
    text: str
    voice: str
    sha256: str
    seconds: float


class Masters:
    """Folders of masters, searched in order; new ones go into the first.

    Raises BadSound when a manifest cannot be read; a folder without one is empty.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = [(folder, _manifest(folder / MANIFEST)) for folder in folders]

    def find(self, filed: str) -> Master | None:
        """The entry under this key whose file exists."""
        return next((entries[filed] for folder, entries in self._having(filed)), None)

    def read(self, filed: str) -> Samples:
        """The sound under this key. Raises KeyError when there is none, BadSound when its file was changed."""
        for folder, entries in self._having(filed):
            data = _file(folder, filed).read_bytes()
            if hashlib.sha256(data).hexdigest() != entries[filed].sha256:
                raise BadSound(f"{_file(folder, filed)}: not the file that was made (its hash differs): delete it")
            return sound.decode(data, _file(folder, filed))
        raise KeyError(filed)

    def add(self, filed: str, name: str, text: str, voice: str, samples: Samples) -> Master:
        """File a new master into the first folder, which must exist. Raises OSError."""
        buffer = io.BytesIO()
        soundfile.write(buffer, _lean(samples), sound.RATE, format="FLAC", subtype="PCM_16", compression_level=1.0)
        data = buffer.getvalue()
        folder, entries = self._folders[0]
        entry = Master(name, text, voice, hashlib.sha256(data).hexdigest(), round(len(samples) / sound.RATE, 3))
        sound.write_whole(_file(folder, filed), data)
        entries[filed] = entry
        self._save()
        return entry

    def prune(self, wanted: Container[str]) -> list[Master]:
        """Delete from the first folder what is not wanted; returns the entries that went. Raises OSError."""
        folder, entries = self._folders[0]
        gone = [entries.pop(filed) for filed in sorted(entries) if filed not in wanted]
        for path in folder.glob("*.flac"):
            if path.stem not in entries:
                path.unlink()
        self._save()
        return gone

    def _having(self, filed: str) -> list[tuple[Path, dict[str, Master]]]:
        return [(f, entries) for f, entries in self._folders if filed in entries and _file(f, filed).is_file()]

    def _save(self) -> None:
        folder, entries = self._folders[0]
        rows = {filed: asdict(entries[filed]) for filed in sorted(entries)}
        text = json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
        sound.write_whole(folder / MANIFEST, text.encode())


def _lean(samples: Samples) -> npt.NDArray[np.int16]:
    """Half the size for nothing heard: up to 8 kHz and 13 bits, which is all that G.722 and G.711 carry."""
    narrow = sound.resample(sound.resample(samples, sound.RATE, 16_000), 16_000, sound.RATE)
    return (np.round(np.clip(narrow, -1, 1) * 4095) * 8).astype(np.int16)


def _file(folder: Path, filed: str) -> Path:
    return folder / f"{filed}.flac"


def _manifest(path: Path) -> dict[str, Master]:
    if not path.is_file():
        return {}
    try:
        return {filed: Master(**row) for filed, row in json.loads(path.read_text("utf-8")).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise BadSound(f"{path}: not a manifest of masters ({error})") from error
