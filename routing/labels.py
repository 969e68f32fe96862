"""What the words of a menu call its keys."""

from __future__ import annotations

import re
from collections.abc import Iterable

_KEYS = {"星": "*", "米": "*", "井": "#"}
_KEY = r"([0-9*#]|[星米井](?=号|字|键))(?:[号字]?键|[号字])?"
_LABEL_FIRST = re.compile(rf"(?:^|[，。；：、！？,.;:!?\s])([^，。；：、！？,.;:!?\s按]+?)，?请?再?按\s*{_KEY}")
_KEY_FIRST = re.compile(rf"按\s*{_KEY}[，,:：]?\s*([^，。；：、！？,.;:!?\s按]+)")


def key_labels(words: Iterable[str]) -> dict[str, str]:
    """What a menu's words say of its keys: `咨询请按1，举报请按2` → `{"1": "咨询", "2": "举报"}`."""
    labels: dict[str, str] = {}
    for text in words:
        for label, key in _LABEL_FIRST.findall(text):
            labels.setdefault(_KEYS.get(key, key), label)
        for key, label in _KEY_FIRST.findall(text):
            labels.setdefault(_KEYS.get(key, key), label)
    return labels
