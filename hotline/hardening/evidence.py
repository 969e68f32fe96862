"""What is known of one system: its settings and files, what its Asterisk answers, what the machine says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from hotline.hardening.written import Files, Section
from hotline.settings import Settings


@dataclass(frozen=True)
class Process:
    """The running Asterisk, as the machine sees it."""

    uid: int
    core_limit: str
    """Soft limit of a core's size: `0`, or a number, or `unlimited`."""


@dataclass(frozen=True)
class Knock:
    """What a stranger got who knocked: the status of a SIP request or of an HTTP one, and how it was signed."""

    status: int | None
    """None: no answer at all."""
    signature: str = ""
    """`Server` of the answer, and the SDP's session where there was one."""


@dataclass(frozen=True)
class Evidence:
    """Everything that the checks look at."""

    settings: Settings
    texts: Mapping[str, str] = field(repr=False)
    """Configuration files by name, as they are written."""
    files: Files = field(repr=False)
    modules: frozenset[str] = frozenset()
    """What may be loaded."""
    phones: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What each door is opened with, by the door's name."""
    modes: Mapping[Path, int] = field(default_factory=dict)
    """Permission bits of what should be ours alone, of what is there."""
    said: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Answer of the running Asterisk by command; empty when none runs."""
    process: Process | None = None
    knocks: Mapping[str, Knock] = field(default_factory=dict)
    """By what was tried: `sip`, `ari`, `httpstatus`, `static`."""

    @property
    def runs(self) -> bool:
        return bool(self.said)

    def section(self, file: str, name: str, kind: str = "") -> Section:
        """The section of this name and `type`; an empty one when there is none."""
        for section in self.files.get(file, ()):
            if section.name == name and (not kind or section.get("type") == kind):
                return section
        return Section(name, ())

    def endpoints(self) -> list[Section]:
        """Every SIP endpoint that is written."""
        return [section for section in self.files.get("pjsip.conf", ()) if section.get("type") == "endpoint"]

    def answer(self, command: str) -> str:
        """What Asterisk said; empty when it was not asked."""
        return self.said.get(command, "")

    def value(self, command: str, name: str) -> str:
        """The value behind `Name:` in an answer; empty when it is not there."""
        found = re.search(rf"^\s*{re.escape(name)}:+\s*(.*?)\s*$", self.answer(command), re.MULTILINE)
        return found[1] if found else ""

    def parameters(self, command: str) -> dict[str, str]:
        """The table of ` name : value` lines that `pjsip show …` ends with."""
        return dict(re.findall(r"^ (\w+) +: ?(.*?) *$", self.answer(command), re.MULTILINE))

    @cached_property
    def release(self) -> tuple[int, ...]:
        """Version of the running Asterisk."""
        found = re.match(r"\d+(?:\.\d+)*", self.value("core show settings", "Version"))
        return tuple(int(part) for part in found[0].split(".")) if found else ()
