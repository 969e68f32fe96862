"""Asterisk's configuration files, read as Asterisk reads them: sections, templates, and what they inherit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_HEAD = re.compile(r"\[([^\]]+)\](?:\(([^)]*)\))?")


@dataclass(frozen=True, slots=True)
class Section:
    """One `[name]` with its own and its inherited values, in order; the last of a name counts."""

    name: str
    values: tuple[tuple[str, str], ...]
    template: bool = False

    def get(self, key: str, default: str = "") -> str:
        found = [value for name, value in self.values if name == key]
        return found[-1] if found else default

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.values if name == key]


Files = Mapping[str, Sequence[Section]]
"""The sections of each file, templates left out. `pjsip.conf` holds what it includes as well."""


def read(texts: Mapping[str, str]) -> Files:
    """The sections of every file."""
    parts = [texts.get(name, "") for name in ("pjsip.conf", "pjsip_trunk.conf", "pjsip_phones.conf")]
    whole = {**texts, "pjsip.conf": "\n".join(parts)}
    return {name: [section for section in sections(text) if not section.template] for name, text in whole.items()}


def sections(text: str) -> list[Section]:
    """Every section of a file, in order; lines before the first have none."""
    found: list[Section] = []
    known: dict[str, Section] = {}
    for head, lines in _blocks(text):
        name, options = head
        parents = [known[parent] for parent in options if parent in known]
        inherited = [pair for parent in parents for pair in parent.values]
        section = Section(name, (*inherited, *_pairs(lines)), "!" in options)
        if section.template:
            known[name] = section
        found.append(section)
    return found


def _blocks(text: str) -> list[tuple[tuple[str, list[str]], list[str]]]:
    blocks: list[tuple[tuple[str, list[str]], list[str]]] = []
    for raw in text.splitlines():
        line = re.sub(r"(?<!\\);.*", "", raw).strip()
        if head := _HEAD.match(line):
            blocks.append(((head[1], [part.strip() for part in (head[2] or "").split(",")]), []))
        elif line and blocks:
            blocks[-1][1].append(line)
    return blocks


def _pairs(lines: Iterable[str]) -> list[tuple[str, str]]:
    pairs = []
    for line in lines:
        key, sign, value = line.partition("=")
        if sign:
            pairs.append((key.strip(), value.removeprefix(">").strip().replace("\\;", ";")))
    return pairs
