"""The sounds of one hotline: built from the plan's words at set-up, for Asterisk to play."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Self

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from hotline.operators import RECORDINGS
from hotline.settings import HOUSE, Settings
from prompts.build import Report, build, kept_names
from prompts.catalogue import Catalogue
from prompts.master import Masters, key
from prompts.voice import STANDARD_VOICE, KokoroVoice, Voice, voice_name
from routing.plan import Plan

log = structlog.get_logger()

STANDING = "plans"
"""The folder of the sounds that dialplans speak of."""

SHIPPED_MASTERS = HOUSE / "prompts" / "masters"


class KeptWords(Catalogue):
    """A plan's sounds under names that outlast it: a call that began with these words goes on hearing them.

    A prompt that was made elsewhere has no such name and is played by its own.
    """

    def __init__(self, texts: Mapping[str, str], kept: Mapping[str, str]) -> None:
        super().__init__(texts)
        self.kept = kept

    @classmethod
    def of(cls, plan: Plan, sounds: Path) -> Self:
        """As a build left them in a folder."""
        return cls(plan.words, kept_names(sounds, plan.words))

    def prompt(self, prompt_id: str) -> tuple[str, ...]:
        """As `Catalogue.prompt`."""
        return tuple(self.kept.get(name, name) for name in super().prompt(prompt_id))


class Stopped(RuntimeError):
    """Making prompts was given up before its end."""


def standing(plan: Plan, sounds: Path) -> str | None:
    """A folder within `sounds` in which every sound of the plan stands under its plain name, for the dialplan.

    Its files are those of the plan's own words, whatever is built later. None when a sound was made elsewhere.
    """
    words = KeptWords.of(plan, sounds)
    if plan.words.keys() - words.kept.keys():
        return None
    mark = sha256("\0".join(sorted(f"{name} {kept}" for name, kept in words.kept.items())).encode()).hexdigest()[:16]
    folder = sounds / STANDING / mark
    if not folder.is_dir():
        fresh = sounds / STANDING / f".{mark}"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for name in Catalogue(plan.words).texts:
            kept = words.kept.get(name, name)
            for file in (sounds / kept).parent.glob(f"{Path(kept).name}.*"):
                os.link(file, fresh / f"{name}{file.suffix}")
        fresh.rename(folder)
    return f"{STANDING}/{mark}"


def forget_standing(sounds: Path, wanted: str | None) -> None:
    """Remove the folders of plans that no dialplan speaks of any more."""
    for folder in (sounds / STANDING).glob("*"):
        if f"{STANDING}/{folder.name}" != wanted:
            shutil.rmtree(folder, ignore_errors=True)


def voice_of(settings: Settings) -> Voice | None:
    """The voice that `make voice` brought; None when it was not asked for."""
    file = settings.var / "voice" / f"{STANDARD_VOICE}.bin"
    return KokoroVoice(file) if file.is_file() else None


def furnish(
    plan: Plan,
    var: Path,
    *,
    recordings: Path,
    voice: Voice | None = None,
    masters: Sequence[Path] = (),
    console: Console | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> Report:
    """Bring `var/sounds` and `var/moh` up to date; new masters go to `var/masters`, or the first of `masters`."""
    bar = Progress(
        TextColumn("prompts"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"),
        console=console, disable=console is None, transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task("")

        def told(name: str, done: int, total: int) -> None:
            if not go_on():
                raise Stopped("the hotline ends: not all prompts were made")
            bar.update(task, description=name, completed=done, total=total)

        return build(
            Catalogue(plan.words),
            recordings=recordings,
            masters=[*(masters or [var / "masters"]), SHIPPED_MASTERS],
            out=var / "sounds",
            voice=voice,
            progress=told,
        )


def build_sounds(
    settings: Settings,
    plan: Plan,
    console: Console | None = None,
    *,
    masters: Path | None = None,
    recordings: Path | None = None,
    go_on: Callable[[], bool] = lambda: True,
) -> Report:
    """The same for a hotline's settings; `masters` is left with the plan's words and no others.

    `recordings` are those of the config folder unless named. When it may not `go_on`, it raises Stopped.
    """
    voice = voice_of(settings)
    report = furnish(
        plan,
        settings.var,
        recordings=recordings or settings.config / RECORDINGS,
        voice=voice,
        masters=[masters] if masters else (),
        console=console,
        go_on=go_on,
    )
    if masters is not None:
        name = voice.name if voice else voice_name()
        Masters([masters]).prune({key(text, name) for text in Catalogue(plan.words).texts.values()})
    return report
