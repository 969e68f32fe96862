"""From words to files that Asterisk plays: recording, master or voice, levelled, in every telephone format.

What is up to date stays as it is (`out/manifest.json` remembers), so a second build takes well under a second.

Each operators' prompt also lies under a name made from what it is, `kept/<mark>`: a call that began with other words
goes on hearing those, whatever lies under the prompt's own name by then.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from prompts import music, sound
from prompts.catalogue import BEEP, Catalogue
from prompts.master import MANIFEST, Master, Masters, key
from prompts.sound import BadSound, Samples
from prompts.voice import Unspeakable, Voice, VoiceMissing, voice_name

MUSIC_CLASS: Final = "moh"
"""The folder of the music on hold, beside the folder of the prompts."""

KEPT: Final = "kept"
"""The folder, below that of the prompts, of the prompts by what they are."""

_MUSIC: Final = "calm"
_SHAPE: Final = "+".join(("1", *sound.FORMATS))
"""Raise the figure when the way from master to telephone formats changes."""

Progress = Callable[[str, int, int], None]
"""Called with a sound's name, how many are done, and how many there are."""


@dataclass(frozen=True)
class Report:
    """What a build did, by sound name; `problems` are lines for people, and nothing is lost when there are none."""

    sounds: int
    built: tuple[str, ...]
    recorded: tuple[str, ...]
    spoken: tuple[str, ...]
    removed: tuple[str, ...]
    problems: tuple[str, ...]
    failed: tuple[str, ...] = ()
    """Sounds that could not be made: they have the files they had, or none."""


@dataclass(frozen=True)
class _Source:
    """Where a sound comes from: a mark that changes when the source does, and the way to its samples."""

    mark: str
    samples: Callable[[], Samples]


def build(
    catalogue: Catalogue,
    *,
    recordings: Path,
    masters: Sequence[Path],
    out: Path,
    voice: Voice | None,
    progress: Progress = lambda name, done, total: None,
) -> Report:
    """Make every sound of the catalogue, the beep and the music on hold.

    An operator's `recordings/<id>.wav` wins, then a master in one of the `masters` folders, then the voice, whose
    words become a master in the first of those folders. Without a voice the standard one's masters are used. Sounds
    go to `out/<name>.<format>`, the music to `moh/` beside `out`. A sound that cannot be made is a line in
    `Report.problems` and keeps the files it had. Raises OSError when a folder cannot be written.
    """
    for folder in (out, out.parent / MUSIC_CLASS, *masters[:1]):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        filed = Masters(masters)
    except BadSound as error:
        return Report(0, (), (), (), (), (str(error),))
    return _Build(catalogue, recordings, filed, out, voice).run(progress)


def kept_names(out: Path, prompts: Iterable[str]) -> Mapping[str, str]:
    """The lasting name, `kept/<mark>`, of each of these prompts that a build made here."""
    marks = _read_marks(out / MANIFEST)
    names = {prompt: _kept_name(marks[prompt]) for prompt in prompts if prompt in marks}
    return {prompt: name for prompt, name in names.items() if all(file.is_file() for file in _files(out, name))}


def forget_kept(out: Path, wanted: Iterable[str]) -> int:
    """Delete the lasting files that nobody wants any more, `wanted` as `kept_names` tells them; how many went."""
    stay = {name.rpartition("/")[2] for name in wanted}
    gone = [path for path in (out / KEPT).glob("*.*") if path.stem not in stay]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _kept_name(mark: str) -> str:
    return f"{KEPT}/{hashlib.sha256(mark.encode()).hexdigest()[:20]}"


class _Build:
    """One run: what it found and did so far."""

    def __init__(
        self, catalogue: Catalogue, recordings: Path, masters: Masters, out: Path, voice: Voice | None
    ) -> None:
        self._texts, self._recordings, self._masters = catalogue.texts, recordings, masters
        self._prompts = catalogue.prompts
        self._out, self._voice = out, voice
        self._voice_name = voice.name if voice else voice_name()
        self._marks = _read_marks(out / MANIFEST)
        self._built: list[str] = []
        self._recorded: list[str] = []
        self._spoken: list[str] = []
        self._problems: list[str] = []
        self._failed: list[str] = []

    def run(self, progress: Progress) -> Report:
        names = (*self._texts, BEEP)
        for done, name in enumerate(names):
            progress(name, done, len(names))
            self._make(name)
        self._write(self._out.parent / MUSIC_CLASS, _MUSIC, f"{MUSIC_CLASS}/{_MUSIC}", _music_source())
        removed = self._remove({*names, f"{MUSIC_CLASS}/{_MUSIC}"})
        self._look_for_strangers(set(names))
        progress("", len(names), len(names))
        marks = json.dumps(self._marks, indent=0, sort_keys=True)
        sound.write_whole(self._out / MANIFEST, marks.encode())
        return Report(
            len(names),
            tuple(self._built),
            tuple(self._recorded),
            tuple(self._spoken),
            removed,
            tuple(self._problems),
            tuple(self._failed),
        )

    def _make(self, name: str) -> None:
        """From the first source that serves; a recording that does not is told, and the master stands in."""
        recording = self._recordings / f"{name}.wav"
        if recording.is_file():
            try:
                self._write(self._out, name, name, _recorded_source(recording))
            except BadSound as error:
                self._problems.append(f"prompt {name!r}: {error}")
            else:
                self._recorded.append(name)
                return
        try:
            self._write(self._out, name, name, self._spoken_source(name))
        except (BadSound, Unspeakable, VoiceMissing) as error:
            self._problems.append(f"prompt {name!r}: {error}")
            self._failed.append(name)

    def _write(self, folder: Path, stem: str, entry: str, source: _Source) -> None:
        """Write the formats, unless they are there already from the same source."""
        mark = f"{source.mark} {_SHAPE}"
        if self._marks.get(entry) != mark or not all(file.is_file() for file in _files(folder, stem)):
            self._marks.pop(entry, None)
            sound.write_formats(source.samples(), folder, stem)
            self._marks[entry] = mark
            self._built.append(entry)
        if entry in self._prompts:
            self._keep(entry, mark)

    def _keep(self, prompt: str, mark: str) -> None:
        """Let the prompt also have its lasting name; the files are the same, or copies where nothing can be linked."""
        (self._out / KEPT).mkdir(exist_ok=True)
        for file, lasting in zip(_files(self._out, prompt), _files(self._out, _kept_name(mark)), strict=True):
            if not lasting.is_file():
                try:
                    os.link(file, lasting)
                except OSError:
                    sound.write_whole(lasting, file.read_bytes())

    def _spoken_source(self, name: str) -> _Source:
        if name == BEEP:
            return _Source(f"beep {music.VERSION}", music.beep)
        filed = key(self._texts[name], self._voice_name)
        master = self._masters.find(filed) or self._speak(name, filed)
        return _Source(f"master {master.sha256}", partial(self._masters.read, filed))

    def _speak(self, name: str, filed: str) -> Master:
        if self._voice is None:
            raise VoiceMissing(
                f"nobody has spoken its words yet: record {self._recordings / name}.wav, or run `make voice`"
            )
        samples, rate = self._voice.speak(self._texts[name])
        spoken = sound.level(sound.trim(sound.resample(samples, rate, sound.RATE)))
        self._spoken.append(name)
        return self._masters.add(filed, name, self._texts[name], self._voice_name, spoken)

    def _remove(self, wanted: set[str]) -> tuple[str, ...]:
        """Delete the files of sounds made earlier that are no longer in the catalogue."""
        gone = tuple(sorted(set(self._marks) - wanted))
        for entry in gone:
            for file in _files(self._out, entry):
                file.unlink(missing_ok=True)
            del self._marks[entry]
        return gone

    def _look_for_strangers(self, names: set[str]) -> None:
        for path in sorted(self._recordings.glob("*.wav")):
            if path.stem not in names:
                self._problems.append(f"{path}: no prompt has this id, so nobody would hear it")


def _music_source() -> _Source:
    """The music on hold, as something to build from."""
    return _Source(f"music {music.VERSION}", music.music)


def _recorded_source(path: Path) -> _Source:
    data = path.read_bytes()

    def samples() -> Samples:
        whole = sound.decode(data, path)
        try:
            return sound.level(sound.trim(whole))
        except BadSound as error:
            raise BadSound(f"{path}: {error}") from error

    return _Source(f"recording {hashlib.sha256(data).hexdigest()}", samples)


def _files(folder: Path, stem: str) -> list[Path]:
    return [folder / f"{stem}.{extension}" for extension in sound.FORMATS]


def _read_marks(path: Path) -> dict[str, str]:
    """What earlier builds made. A manifest that cannot be read is as good as none: all is made again."""
    try:
        marks = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(name): str(mark) for name, mark in marks.items()} if isinstance(marks, dict) else {}
