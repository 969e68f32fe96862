"""The settings of what is kept: how recordings are sealed, how long anything stays, what the disks leave free."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import ByteSize, Field
from pydantic import model_validator as checked

from hotline.settings_values import Part


class Sealing(Part):
    """How recordings are encrypted once their call has ended."""

    on: bool = True
    """Off leaves them as Asterisk wrote them: only where the whole disk is encrypted."""
    cipher: Literal["AES-256-GCM", "SM4-GCM"] = "AES-256-GCM"
    """Of the next master key, and of what it seals."""
    key_file: Path | None = None
    """Where the master keys lie, mode 0600; unset: `var/keys.json`. Best on another disk than the recordings."""
    key_command: tuple[str, ...] | None = None
    """A program that prints the master keys instead, such as the client of a key vault."""

    @checked(mode="after")
    def _one_source(self) -> Self:
        if self.key_file is not None and self.key_command is not None:
            raise ValueError("key_file and key_command: set one of them")
        return self


Days = Annotated[int, Field(ge=1, le=36500)]


class LineRetention(Part):
    """Days of one line's own; what is not written is as everywhere."""

    talks: Days | None = None
    """Its recorded talks."""
    messages: Days | None = None
    """Its recorded messages."""


class Retention(Part):
    """For how many days what is kept; then it is deleted, unless somebody holds it."""

    talks: Days = 1095
    """Recorded talks. Three years, as psychological-aid lines have to keep theirs; shorten it where you may."""
    messages: Days = 1095
    """Recorded messages."""
    numbers: Days = 1095
    """Whole numbers in the records; masked ones stay."""
    lines: dict[str, LineRetention] = Field(default_factory=dict)
    """Lines with days of their own, by id."""
    hour: Annotated[int, Field(ge=0, le=23)] = 3
    """The quiet hour (Asia/Shanghai) in which this is done each day."""


class Disk(Part):
    """What recordings leave free on the disks of `var` and of the recordings: bytes, or `500MB`, `2GB`."""

    reserve: ByteSize = ByteSize(1_000_000_000)
    """With less than this free no talk is recorded; talks go on."""
    messages_reserve: ByteSize = ByteSize(200_000_000)
    """With less than this free no message is taken, and callers are told; the rest is kept for the journal."""

    @checked(mode="after")
    def _in_order(self) -> Self:
        if self.messages_reserve > self.reserve:
            raise ValueError("messages_reserve must not be more than reserve: talks stop first")
        return self
