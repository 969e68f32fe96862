"""Which sounds exist or can be made, before anything is built."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.settings import Settings
from hotline.sounds import SHIPPED_MASTERS, voice_of
from prompts.catalogue import Catalogue
from prompts.master import Masters, key
from prompts.sound import BadSound
from prompts.voice import voice_name
from routing.check import Playable


def sounds_of(settings: Settings) -> Playable:
    """For sound name → words: those that were recorded, have a master, or can be spoken by an installed voice."""

    def playable(words: Mapping[str, str]) -> frozenset[str]:
        if voice_of(settings) is not None:
            return frozenset(words)
        try:
            masters = Masters([settings.var / "masters", SHIPPED_MASTERS])
        except BadSound:
            masters = Masters([SHIPPED_MASTERS])
        recorded = {path.stem for path in (settings.config / "recordings").glob("*.wav")}
        return frozenset(
            sound
            for sound, text in words.items()
            if sound in recorded or masters.find(key(_spoken(text), voice_name()))
        )

    return playable


def _spoken(text: str) -> str:
    """As the catalogue has it spoken: on one line."""
    return Catalogue({"words": text}).prompts["words"]
