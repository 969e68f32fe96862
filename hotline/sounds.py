"""The sounds of one hotline: built from the plan's words at set-up, for Asterisk to play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from hotline.settings import HOUSE, Settings
from prompts.build import Report, build, kept_names
from prompts.catalogue import Catalogue
from prompts.master import Masters, key
from prompts.voice import STANDARD_VOICE, KokoroVoice, Voice, voice_name
from routing.plan import Plan

log = structlog.get_logger()

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
) -> Report:
    """Bring `var/sounds` and `var/moh` up to date; new masters go to `var/masters`, or the first of `masters`."""
    bar = Progress(
        TextColumn("prompts"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"),
        console=console, disable=console is None, transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task("")
        return build(
            Catalogue(plan.words),
            recordings=recordings,
            masters=[*(masters or [var / "masters"]), SHIPPED_MASTERS],
            out=var / "sounds",
            voice=voice,
            progress=lambda name, done, total: bar.update(task, description=name, completed=done, total=total),
        )


def build_sounds(
    settings: Settings, plan: Plan, console: Console | None = None, *, masters: Path | None = None
) -> Report:
    """The same for a hotline's settings; `masters` is left with the plan's words and no others."""
    voice = voice_of(settings)
    report = furnish(
        plan,
        settings.var,
        recordings=settings.config / "recordings",
        voice=voice,
        masters=[masters] if masters else (),
        console=console,
    )
    if masters is not None:
        name = voice.name if voice else voice_name()
        Masters([masters]).prune({key(text, name) for text in Catalogue(plan.words).texts.values()})
    return report
